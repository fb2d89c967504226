package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func (p *provider) ReadDataSource(_ context.Context, asked *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	state, err := p.read(asked)
	if err != nil {
		return &tfprotov6.ReadDataSourceResponse{Diagnostics: problem("Read "+asked.TypeName, err)}, nil
	}
	return &tfprotov6.ReadDataSourceResponse{State: state}, nil
}

func (p *provider) read(asked *tfprotov6.ReadDataSourceRequest) (*tfprotov6.DynamicValue, error) {
	schema, found := p.schemas.data[asked.TypeName]
	if !found {
		return nil, fmt.Errorf("the schema does not have this data source")
	}
	config, err := asked.Config.Unmarshal(schema.ValueType())
	if err != nil {
		return nil, err
	}
	region := text(config, "region")
	if region == "" {
		region = p.region
	}
	answers, err := p.answers(asked.TypeName, region, config)
	if err != nil {
		return nil, err
	}
	made := inventor{kind: asked.TypeName, region: region, seed: config.String()}
	state, err := rewrite(schema.Block, config, 0, func(one *tfprotov6.SchemaAttribute, depth int, value tftypes.Value) tftypes.Value {
		if !value.IsNull() || !one.Computed {
			return value
		}
		if answer, known := answers[one.Name]; known && depth == 0 {
			return answered(value.Type(), answer)
		}
		if one.Name == "region" && depth == 0 {
			return tftypes.NewValue(tftypes.String, region)
		}
		return made.value(one.Name, value.Type())
	})
	if err != nil {
		return nil, err
	}
	written, err := tfprotov6.NewDynamicValue(schema.ValueType(), state)
	return &written, err
}

func answered(kind tftypes.Type, answer any) tftypes.Value {
	switch answer := answer.(type) {
	case map[string]string:
		return textMap(answer)
	case []string:
		return textList(kind, answer)
	}
	return tftypes.NewValue(kind, answer)
}

// answers are what AWS would say without there being anything in the account, and what earlier stacks left there.
func (p *provider) answers(kind, region string, config tftypes.Value) (map[string]any, error) {
	switch kind {
	case "aws_caller_identity":
		return map[string]any{"account_id": account, "id": account, "arn": "arn:aws:iam::" + account + ":role/offline", "user_id": "AROAOFFLINE"}, nil
	case "aws_partition":
		return map[string]any{"id": "aws", "partition": "aws", "dns_suffix": "amazonaws.com", "reverse_dns_prefix": "com.amazonaws"}, nil
	case "aws_region":
		return map[string]any{"id": region, "name": region, "region": region}, nil
	case "aws_default_tags":
		return map[string]any{"id": "default-tags", "tags": p.tags}, nil
	case "aws_availability_zones":
		return map[string]any{"id": region, "names": []string{region + "a", region + "b", region + "c"}}, nil
	case "aws_ssm_parameter":
		return p.parameter(region, text(config, "name"))
	case "aws_vpcs":
		return p.vpcs(region)
	case "aws_vpc":
		return p.vpc(region, text(config, "id"))
	case "aws_iam_policy_document":
		return nil, fmt.Errorf("policies are written with jsonencode here, so that tests can read them (infra/CONVENTIONS.md)")
	}
	return nil, nil
}

func (p *provider) parameter(region, name string) (map[string]any, error) {
	one, found, err := p.cloud.find("aws_ssm_parameter", region, name)
	if err != nil {
		return nil, err
	}
	value := one.Value
	if !found {
		if !strings.HasPrefix(name, "/aws/service/") {
			return nil, fmt.Errorf("there is no parameter %s in %s: apply the stack that writes it first", name, region)
		}
		// AWS's own parameters that are asked for name images
		sum := sha256.Sum256([]byte(region + name))
		value = "ami-0" + hex.EncodeToString(sum[:])[:16]
	}
	return map[string]any{
		"id": name, "value": value, "insecure_value": value, "type": "String",
		"arn": "arn:aws:ssm:" + region + ":" + account + ":parameter" + name,
	}, nil
}

func (p *provider) vpcs(region string) (map[string]any, error) {
	all, err := p.cloud.all("aws_vpc", region)
	ids := []string{}
	for _, one := range all {
		ids = append(ids, one.ID)
	}
	return map[string]any{"id": region, "ids": ids}, err
}

func (p *provider) vpc(region, id string) (map[string]any, error) {
	one, found, err := p.cloud.find("aws_vpc", region, id)
	if err == nil && !found {
		err = fmt.Errorf("there is no VPC %s in %s", id, region)
	}
	return map[string]any{"id": id, "cidr_block": one.Value, "tags": one.Tags, "arn": "arn:aws:ec2:" + region + ":" + account + ":vpc/" + id}, err
}
