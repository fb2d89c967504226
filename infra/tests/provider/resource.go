package main

import (
	"context"
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func (p *provider) PlanResourceChange(_ context.Context, asked *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	planned, err := p.plan(asked)
	if err != nil {
		return &tfprotov6.PlanResourceChangeResponse{Diagnostics: problem("Plan "+asked.TypeName, err)}, nil
	}
	// the real provider is of the older type system as well: it may turn null into a value that it knows
	return &tfprotov6.PlanResourceChangeResponse{
		PlannedState: planned, PlannedPrivate: asked.PriorPrivate, UnsafeToUseLegacyTypeSystem: true,
	}, nil
}

func (p *provider) plan(asked *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.DynamicValue, error) {
	schema, found := p.schemas.resources[asked.TypeName]
	if !found {
		return nil, fmt.Errorf("the schema does not have this type")
	}
	proposed, err := asked.ProposedNewState.Unmarshal(schema.ValueType())
	if err != nil || proposed.IsNull() {
		return asked.ProposedNewState, err
	}
	prior, err := asked.PriorState.Unmarshal(schema.ValueType())
	if err != nil {
		return nil, err
	}
	tags, hasTags := field(proposed, "tags")
	planned, err := rewrite(schema.Block, proposed, 0, func(one *tfprotov6.SchemaAttribute, depth int, value tftypes.Value) tftypes.Value {
		if !one.Computed {
			return value
		}
		if depth == 0 && one.Name == "tags_all" && hasTags {
			return p.allTags(tags)
		}
		if !value.IsNull() {
			return value
		}
		if depth == 0 && one.Name == "region" {
			return tftypes.NewValue(tftypes.String, p.region)
		}
		if prior.IsNull() {
			return tftypes.NewValue(value.Type(), tftypes.UnknownValue)
		}
		return value
	})
	if err != nil {
		return nil, err
	}
	made, err := tfprotov6.NewDynamicValue(schema.ValueType(), planned)
	return &made, err
}

// allTags is what the real provider does with default_tags: those of the resource win.
func (p *provider) allTags(tags tftypes.Value) tftypes.Value {
	own, whole := textOfMap(tags)
	if !whole {
		return tftypes.NewValue(tftypes.Map{ElementType: tftypes.String}, tftypes.UnknownValue)
	}
	all := maps.Clone(p.tags)
	maps.Copy(all, own)
	return textMap(all)
}

func (p *provider) ApplyResourceChange(_ context.Context, asked *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	state, err := p.apply(asked)
	if err != nil {
		return &tfprotov6.ApplyResourceChangeResponse{NewState: asked.PriorState, Diagnostics: problem("Apply "+asked.TypeName, err)}, nil
	}
	return &tfprotov6.ApplyResourceChangeResponse{NewState: state, Private: asked.PlannedPrivate, UnsafeToUseLegacyTypeSystem: true}, nil
}

func (p *provider) apply(asked *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.DynamicValue, error) {
	schema, found := p.schemas.resources[asked.TypeName]
	if !found {
		return nil, fmt.Errorf("the schema does not have this type")
	}
	kind := schema.ValueType()
	planned, err := asked.PlannedState.Unmarshal(kind)
	if err != nil {
		return nil, err
	}
	if planned.IsNull() {
		prior, err := asked.PriorState.Unmarshal(kind)
		if err != nil {
			return nil, err
		}
		return asked.PlannedState, p.remove(asked.TypeName, prior)
	}
	region := text(planned, "region")
	if region == "" {
		region = p.region
	}
	made := inventor{kind: asked.TypeName, region: region, seed: planned.String(), known: planned}
	state, err := rewrite(schema.Block, planned, 0, func(one *tfprotov6.SchemaAttribute, _ int, value tftypes.Value) tftypes.Value {
		if value.IsKnown() {
			return value
		}
		return made.value(one.Name, value.Type())
	})
	if err != nil {
		return nil, err
	}
	if err := p.create(asked.TypeName, region, state); err != nil {
		return nil, err
	}
	written, err := tfprotov6.NewDynamicValue(kind, state)
	return &written, err
}

// ReadResource finds what was applied as it was applied, but for parameters: whoever changes or removes a file in the stand-in's
// directory has changed something beside Terraform.
func (p *provider) ReadResource(_ context.Context, asked *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	answer := &tfprotov6.ReadResourceResponse{NewState: asked.CurrentState, Private: asked.Private}
	if asked.TypeName != "aws_ssm_parameter" || p.cloud.dir == "" {
		return answer, nil
	}
	state, err := p.readParameter(asked.CurrentState)
	if err != nil {
		return &tfprotov6.ReadResourceResponse{NewState: asked.CurrentState, Diagnostics: problem("Read "+asked.TypeName, err)}, nil
	}
	answer.NewState = state
	return answer, nil
}

func (p *provider) readParameter(current *tfprotov6.DynamicValue) (*tfprotov6.DynamicValue, error) {
	schema := p.schemas.resources["aws_ssm_parameter"]
	state, err := current.Unmarshal(schema.ValueType())
	if err != nil || state.IsNull() {
		return current, err
	}
	one, found, err := p.cloud.find("aws_ssm_parameter", text(state, "region"), text(state, "name"))
	if err != nil {
		return nil, err
	}
	if !found {
		gone, err := tfprotov6.NewDynamicValue(schema.ValueType(), tftypes.NewValue(schema.ValueType(), nil))
		return &gone, err
	}
	if one.Value == text(state, "insecure_value") || text(state, "insecure_value") == "" {
		return current, nil
	}
	changed, err := rewrite(schema.Block, state, 0, func(attribute *tfprotov6.SchemaAttribute, _ int, value tftypes.Value) tftypes.Value {
		if attribute.Name == "insecure_value" {
			return tftypes.NewValue(tftypes.String, one.Value)
		}
		return value
	})
	if err != nil {
		return nil, err
	}
	written, err := tfprotov6.NewDynamicValue(schema.ValueType(), changed)
	return &written, err
}

func (p *provider) create(kind, region string, state tftypes.Value) error {
	switch kind {
	case "aws_ssm_parameter":
		value := text(state, "insecure_value")
		if value == "" {
			value = text(state, "value")
		}
		name := text(state, "name")
		return p.cloud.keep(kind, region, name, kept{ID: name, Region: region, Value: value})
	case "aws_vpc":
		tags, _ := field(state, "tags_all")
		read, _ := textOfMap(tags)
		id := text(state, "id")
		return p.cloud.keep(kind, region, id, kept{ID: id, Region: region, Value: text(state, "cidr_block"), Tags: read})
	}
	return nil
}

func (p *provider) remove(kind string, state tftypes.Value) error {
	region := text(state, "region")
	switch kind {
	case "aws_ssm_parameter":
		return p.cloud.forget(kind, region, text(state, "name"))
	case "aws_vpc":
		return p.cloud.forget(kind, region, text(state, "id"))
	}
	return nil
}
