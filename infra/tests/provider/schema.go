package main

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// The form of `terraform providers schema -json`; schema/make writes it.
//
//go:embed schema/aws-6.66.0.json.gz
var packed []byte

type schemas struct {
	provider  *tfprotov6.Schema
	resources map[string]*tfprotov6.Schema
	data      map[string]*tfprotov6.Schema
}

type jsonSchema struct {
	Version int64     `json:"version"`
	Block   jsonBlock `json:"block"`
}

type jsonBlock struct {
	Attributes map[string]jsonAttribute `json:"attributes"`
	Blocks     map[string]jsonNested    `json:"block_types"`
}

type jsonAttribute struct {
	Type      json.RawMessage `json:"type"`
	Nested    *jsonObject     `json:"nested_type"`
	Required  bool            `json:"required"`
	Optional  bool            `json:"optional"`
	Computed  bool            `json:"computed"`
	Sensitive bool            `json:"sensitive"`
	WriteOnly bool            `json:"write_only"`
}

type jsonObject struct {
	Attributes map[string]jsonAttribute `json:"attributes"`
	Nesting    string                   `json:"nesting_mode"`
}

type jsonNested struct {
	Block   jsonBlock `json:"block"`
	Nesting string    `json:"nesting_mode"`
	Min     int64     `json:"min_items"`
	Max     int64     `json:"max_items"`
}

// The generated bindings that the schema is made from do not say what is secret.
var secret = map[string][]string{
	"aws_ssm_parameter":                 {"value"},
	"aws_secretsmanager_secret_version": {"secret_string", "secret_binary"},
	"aws_eks_cluster_auth":              {"token"},
	"aws_ecr_authorization_token":       {"authorization_token", "password"},
	"aws_iam_access_key":                {"secret", "ses_smtp_password_v4"},
}

func load() (*schemas, error) {
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack the schema: %w", err)
	}
	var file struct {
		Providers map[string]struct {
			Provider  jsonSchema            `json:"provider"`
			Resources map[string]jsonSchema `json:"resource_schemas"`
			Data      map[string]jsonSchema `json:"data_source_schemas"`
		} `json:"provider_schemas"`
	}
	if err := json.NewDecoder(reader).Decode(&file); err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	aws, found := file.Providers[address]
	if !found {
		return nil, fmt.Errorf("the schema has nothing for %s", address)
	}
	made := &schemas{resources: map[string]*tfprotov6.Schema{}, data: map[string]*tfprotov6.Schema{}}
	if made.provider, err = schemaOf("", aws.Provider); err != nil {
		return nil, err
	}
	for _, part := range []struct {
		from map[string]jsonSchema
		to   map[string]*tfprotov6.Schema
	}{{aws.Resources, made.resources}, {aws.Data, made.data}} {
		for name, one := range part.from {
			if part.to[name], err = schemaOf(name, one); err != nil {
				return nil, err
			}
		}
	}
	return made, nil
}

func schemaOf(name string, one jsonSchema) (*tfprotov6.Schema, error) {
	block, err := blockOf(one.Block)
	if err != nil {
		return nil, fmt.Errorf("schema of %s: %w", name, err)
	}
	for _, attribute := range block.Attributes {
		attribute.Sensitive = attribute.Sensitive || slices.Contains(secret[name], attribute.Name)
	}
	return &tfprotov6.Schema{Version: one.Version, Block: block}, nil
}

func blockOf(from jsonBlock) (*tfprotov6.SchemaBlock, error) {
	attributes, err := attributesOf(from.Attributes)
	if err != nil {
		return nil, err
	}
	block := &tfprotov6.SchemaBlock{Attributes: attributes}
	for name, nested := range from.Blocks {
		inner, err := blockOf(nested.Block)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		nesting := map[string]tfprotov6.SchemaNestedBlockNestingMode{
			"single": tfprotov6.SchemaNestedBlockNestingModeSingle, "list": tfprotov6.SchemaNestedBlockNestingModeList,
			"set": tfprotov6.SchemaNestedBlockNestingModeSet, "map": tfprotov6.SchemaNestedBlockNestingModeMap,
			"group": tfprotov6.SchemaNestedBlockNestingModeGroup,
		}[nested.Nesting]
		block.BlockTypes = append(block.BlockTypes, &tfprotov6.SchemaNestedBlock{
			TypeName: name, Block: inner, Nesting: nesting, MinItems: nested.Min, MaxItems: nested.Max,
		})
	}
	return block, nil
}

func attributesOf(from map[string]jsonAttribute) ([]*tfprotov6.SchemaAttribute, error) {
	var made []*tfprotov6.SchemaAttribute
	for name, one := range from {
		attribute := &tfprotov6.SchemaAttribute{
			Name: name, Required: one.Required, Optional: one.Optional, Computed: one.Computed,
			Sensitive: one.Sensitive, WriteOnly: one.WriteOnly,
		}
		if one.Nested == nil {
			// the only way of the library to read a type from JSON
			kind, err := tftypes.ParseJSONType(one.Type) //nolint:staticcheck
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			attribute.Type = kind
		} else {
			inner, err := attributesOf(one.Nested.Attributes)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			attribute.NestedType = &tfprotov6.SchemaObject{Attributes: inner, Nesting: map[string]tfprotov6.SchemaObjectNestingMode{
				"single": tfprotov6.SchemaObjectNestingModeSingle, "list": tfprotov6.SchemaObjectNestingModeList,
				"set": tfprotov6.SchemaObjectNestingModeSet, "map": tfprotov6.SchemaObjectNestingModeMap,
			}[one.Nested.Nesting]}
		}
		made = append(made, attribute)
	}
	return made, nil
}
