package main

import (
	"context"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func standIn(t *testing.T) *provider {
	t.Helper()
	schemas, err := load()
	if err != nil {
		t.Fatal(err)
	}
	return &provider{schemas: schemas, cloud: cloud{dir: t.TempDir()}, region: "us-east-1", tags: map[string]string{"owner": "platform", "stack": "network"}}
}

// object is a value of a type with these attributes, and null where nothing is said.
func object(t *testing.T, schema *tfprotov6.Schema, known map[string]tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	fields := map[string]tftypes.Value{}
	for name, kind := range schema.ValueType().(tftypes.Object).AttributeTypes {
		fields[name] = tftypes.NewValue(kind, nil)
		if value, said := known[name]; said {
			fields[name] = value
		}
	}
	made, err := tfprotov6.NewDynamicValue(schema.ValueType(), tftypes.NewValue(schema.ValueType(), fields))
	if err != nil {
		t.Fatal(err)
	}
	return &made
}

func nothing(t *testing.T, schema *tfprotov6.Schema) *tfprotov6.DynamicValue {
	t.Helper()
	made, err := tfprotov6.NewDynamicValue(schema.ValueType(), tftypes.NewValue(schema.ValueType(), nil))
	if err != nil {
		t.Fatal(err)
	}
	return &made
}

func word(text string) tftypes.Value { return tftypes.NewValue(tftypes.String, text) }

func planned(t *testing.T, p *provider, kind string, known map[string]tftypes.Value) (*tfprotov6.DynamicValue, tftypes.Value) {
	t.Helper()
	schema := p.schemas.resources[kind]
	answer, err := p.PlanResourceChange(context.Background(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: kind, PriorState: nothing(t, schema), ProposedNewState: object(t, schema, known),
	})
	if err != nil || len(answer.Diagnostics) > 0 {
		t.Fatal(err, answer.Diagnostics)
	}
	value, err := answer.PlannedState.Unmarshal(schema.ValueType())
	if err != nil {
		t.Fatal(err)
	}
	return answer.PlannedState, value
}

func applied(t *testing.T, p *provider, kind string, known map[string]tftypes.Value) tftypes.Value {
	t.Helper()
	schema := p.schemas.resources[kind]
	plan, _ := planned(t, p, kind, known)
	answer, err := p.ApplyResourceChange(context.Background(), &tfprotov6.ApplyResourceChangeRequest{TypeName: kind, PriorState: nothing(t, schema), PlannedState: plan})
	if err != nil || len(answer.Diagnostics) > 0 {
		t.Fatal(err, answer.Diagnostics)
	}
	value, err := answer.NewState.Unmarshal(schema.ValueType())
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestAPlanKnowsTagsAndRegionAndNotTheId(t *testing.T) {
	_, value := planned(t, standIn(t), "aws_vpc", map[string]tftypes.Value{
		"cidr_block": word("10.0.0.0/16"), "tags": textMap(map[string]string{"stack": "mine"}),
	})
	all, _ := field(value, "tags_all")
	if tags, _ := textOfMap(all); tags["owner"] != "platform" || tags["stack"] != "mine" {
		t.Errorf("default tags and own ones are merged wrongly: %v", tags)
	}
	if text(value, "region") != "us-east-1" {
		t.Error("the region is not the provider's")
	}
	if id, _ := field(value, "id"); id.IsKnown() {
		t.Error("an id is known before AWS gave one")
	}
}

func TestWhatIsAppliedIsWhollyKnown(t *testing.T) {
	value := applied(t, standIn(t), "aws_iam_role", map[string]tftypes.Value{"name": word("reader"), "assume_role_policy": word("{}")})
	if !value.IsFullyKnown() {
		t.Error("something is unknown after the apply")
	}
	if text(value, "arn") != "arn:aws:iam::111122223333:role/reader" {
		t.Errorf("the ARN is %s", text(value, "arn"))
	}
}

func TestAParameterIsReadInItsRegionAndNowhereElse(t *testing.T) {
	p := standIn(t)
	applied(t, p, "aws_ssm_parameter", map[string]tftypes.Value{"name": word("/shop/network"), "type": word("String"), "insecure_value": word("told")})
	schema := p.schemas.data["aws_ssm_parameter"]
	read := func(region string) *tfprotov6.ReadDataSourceResponse {
		answer, err := p.ReadDataSource(context.Background(), &tfprotov6.ReadDataSourceRequest{
			TypeName: "aws_ssm_parameter", Config: object(t, schema, map[string]tftypes.Value{"name": word("/shop/network"), "region": word(region)}),
		})
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	unsaid, err := p.ReadDataSource(context.Background(), &tfprotov6.ReadDataSourceRequest{
		TypeName: "aws_ssm_parameter", Config: object(t, schema, map[string]tftypes.Value{"name": word("/shop/network")}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if value, err := unsaid.State.Unmarshal(schema.ValueType()); err != nil || text(value, "region") != "us-east-1" {
		t.Errorf("where no region is said, it is %q and not the provider's (%v)", text(value, "region"), err)
	}
	here := read("us-east-1")
	value, err := here.State.Unmarshal(schema.ValueType())
	if err != nil || text(value, "insecure_value") != "told" {
		t.Errorf("read %q (%v)", text(value, "insecure_value"), err)
	}
	if there := read("us-west-2"); len(there.Diagnostics) != 1 || !strings.Contains(there.Diagnostics[0].Detail, "apply the stack that writes it first") {
		t.Errorf("another region has it too: %v", there.Diagnostics)
	}
}

func TestWhatIsRemovedIsNoLongerRead(t *testing.T) {
	p := standIn(t)
	schema := p.schemas.resources["aws_vpc"]
	vpc := applied(t, p, "aws_vpc", map[string]tftypes.Value{"cidr_block": word("10.0.0.0/16")})
	prior, err := tfprotov6.NewDynamicValue(schema.ValueType(), vpc)
	if err != nil {
		t.Fatal(err)
	}
	if all, _ := p.vpcs("us-east-1"); len(all["ids"].([]string)) != 1 {
		t.Fatal("the VPC does not stand")
	}
	if _, err := p.ApplyResourceChange(context.Background(), &tfprotov6.ApplyResourceChangeRequest{TypeName: "aws_vpc", PriorState: &prior, PlannedState: nothing(t, schema)}); err != nil {
		t.Fatal(err)
	}
	if all, _ := p.vpcs("us-east-1"); len(all["ids"].([]string)) != 0 {
		t.Error("a VPC that was destroyed still stands")
	}
}

func TestSecretsAreMarked(t *testing.T) {
	p := standIn(t)
	for _, one := range p.schemas.resources["aws_ssm_parameter"].Block.Attributes {
		if one.Name == "value" && !one.Sensitive {
			t.Error("the value of a parameter is shown in plans")
		}
	}
}
