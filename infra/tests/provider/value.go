package main

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// change is asked for every attribute and tells the value that shall take its place.
type change func(attribute *tfprotov6.SchemaAttribute, depth int, value tftypes.Value) tftypes.Value

// rewrite walks a block's value, nested blocks included.
func rewrite(block *tfprotov6.SchemaBlock, value tftypes.Value, depth int, by change) (tftypes.Value, error) {
	if value.IsNull() || !value.IsKnown() {
		return value, nil
	}
	fields := map[string]tftypes.Value{}
	if err := value.As(&fields); err != nil {
		return value, err
	}
	for _, attribute := range block.Attributes {
		fields[attribute.Name] = by(attribute, depth, fields[attribute.Name])
	}
	for _, nested := range block.BlockTypes {
		inner, err := rewriteNested(nested, fields[nested.TypeName], depth+1, by)
		if err != nil {
			return value, fmt.Errorf("%s: %w", nested.TypeName, err)
		}
		fields[nested.TypeName] = inner
	}
	return tftypes.NewValue(value.Type(), fields), nil
}

func rewriteNested(nested *tfprotov6.SchemaNestedBlock, value tftypes.Value, depth int, by change) (tftypes.Value, error) {
	if value.IsNull() || !value.IsKnown() {
		return value, nil
	}
	switch nested.Nesting {
	case tfprotov6.SchemaNestedBlockNestingModeList, tfprotov6.SchemaNestedBlockNestingModeSet:
		var items []tftypes.Value
		if err := value.As(&items); err != nil {
			return value, err
		}
		made := make([]tftypes.Value, 0, len(items))
		for _, item := range items {
			one, err := rewrite(nested.Block, item, depth, by)
			if err != nil {
				return value, err
			}
			made = append(made, one)
		}
		return tftypes.NewValue(value.Type(), made), nil
	case tfprotov6.SchemaNestedBlockNestingModeMap:
		return value, nil
	default:
		return rewrite(nested.Block, value, depth, by)
	}
}

// text is the string at a top-level attribute, or "" where there is none that is known.
func text(value tftypes.Value, name string) string {
	var found string
	if field, ok := field(value, name); ok && field.Type().Is(tftypes.String) && field.IsKnown() && !field.IsNull() {
		if err := field.As(&found); err != nil {
			return ""
		}
	}
	return found
}

func field(value tftypes.Value, name string) (tftypes.Value, bool) {
	fields := map[string]tftypes.Value{}
	if value.IsNull() || !value.IsKnown() || value.As(&fields) != nil {
		return tftypes.Value{}, false
	}
	found, ok := fields[name]
	return found, ok
}

// textOfMap reads a map of strings; whole is false where a part of it is not known yet.
func textOfMap(value tftypes.Value) (read map[string]string, whole bool) {
	read = map[string]string{}
	if !value.IsFullyKnown() {
		return read, false
	}
	items := map[string]tftypes.Value{}
	if value.IsNull() || value.As(&items) != nil {
		return read, true
	}
	for key, item := range items {
		var one string
		if item.IsNull() || item.As(&one) != nil {
			continue
		}
		read[key] = one
	}
	return read, true
}

func textMap(from map[string]string) tftypes.Value {
	made := map[string]tftypes.Value{}
	for key, one := range from {
		made[key] = tftypes.NewValue(tftypes.String, one)
	}
	return tftypes.NewValue(tftypes.Map{ElementType: tftypes.String}, made)
}

func textList(kind tftypes.Type, from []string) tftypes.Value {
	made := []tftypes.Value{}
	for _, one := range from {
		made = append(made, tftypes.NewValue(tftypes.String, one))
	}
	return tftypes.NewValue(kind, made)
}
