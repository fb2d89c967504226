package main

import (
	"context"
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// provider answers Terraform. The interface is embedded for what this schema never makes Terraform ask for (functions,
// ephemeral resources, moves between types): such a call would end the program, and loudly.
type provider struct {
	tfprotov6.ProviderServer
	schemas *schemas
	cloud   cloud
	region  string
	tags    map[string]string
}

func problem(summary string, why error) []*tfprotov6.Diagnostic {
	return []*tfprotov6.Diagnostic{{Severity: tfprotov6.DiagnosticSeverityError, Summary: summary, Detail: why.Error()}}
}

func (p *provider) GetMetadata(context.Context, *tfprotov6.GetMetadataRequest) (*tfprotov6.GetMetadataResponse, error) {
	found := &tfprotov6.GetMetadataResponse{ServerCapabilities: &tfprotov6.ServerCapabilities{GetProviderSchemaOptional: true}}
	for name := range p.schemas.resources {
		found.Resources = append(found.Resources, tfprotov6.ResourceMetadata{TypeName: name})
	}
	for name := range p.schemas.data {
		found.DataSources = append(found.DataSources, tfprotov6.DataSourceMetadata{TypeName: name})
	}
	return found, nil
}

func (p *provider) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	return &tfprotov6.GetProviderSchemaResponse{
		Provider: p.schemas.provider, ResourceSchemas: p.schemas.resources, DataSourceSchemas: p.schemas.data,
		ServerCapabilities: &tfprotov6.ServerCapabilities{GetProviderSchemaOptional: true},
	}, nil
}

func (p *provider) GetResourceIdentitySchemas(context.Context, *tfprotov6.GetResourceIdentitySchemasRequest) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov6.GetResourceIdentitySchemasResponse{}, nil
}

func (p *provider) GetFunctions(context.Context, *tfprotov6.GetFunctionsRequest) (*tfprotov6.GetFunctionsResponse, error) {
	return &tfprotov6.GetFunctionsResponse{}, nil
}

func (p *provider) ValidateProviderConfig(_ context.Context, asked *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return &tfprotov6.ValidateProviderConfigResponse{PreparedConfig: asked.Config}, nil
}

func (p *provider) ConfigureProvider(_ context.Context, asked *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	config, err := asked.Config.Unmarshal(p.schemas.provider.ValueType())
	if err != nil {
		return &tfprotov6.ConfigureProviderResponse{Diagnostics: problem("The provider's configuration cannot be read", err)}, nil
	}
	if p.region = text(config, "region"); p.region == "" {
		why := fmt.Errorf("the stand-in reads no environment and no profile: set region in the provider block")
		return &tfprotov6.ConfigureProviderResponse{Diagnostics: problem("No region", why)}, nil
	}
	p.tags = map[string]string{}
	if blocks, ok := field(config, "default_tags"); ok {
		var each []tftypes.Value
		if blocks.IsKnown() && !blocks.IsNull() && blocks.As(&each) == nil {
			for _, one := range each {
				if tags, ok := field(one, "tags"); ok {
					read, _ := textOfMap(tags)
					maps.Copy(p.tags, read)
				}
			}
		}
	}
	return &tfprotov6.ConfigureProviderResponse{}, nil
}

func (p *provider) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	return &tfprotov6.StopProviderResponse{}, nil
}

func (p *provider) ValidateResourceConfig(context.Context, *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

func (p *provider) ValidateDataResourceConfig(context.Context, *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return &tfprotov6.ValidateDataResourceConfigResponse{}, nil
}

func (p *provider) UpgradeResourceState(_ context.Context, asked *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	schema, found := p.schemas.resources[asked.TypeName]
	if !found {
		return &tfprotov6.UpgradeResourceStateResponse{Diagnostics: problem("Unknown type", fmt.Errorf("%s", asked.TypeName))}, nil
	}
	state, err := asked.RawState.Unmarshal(schema.ValueType())
	if err != nil {
		return &tfprotov6.UpgradeResourceStateResponse{Diagnostics: problem("The state cannot be read", err)}, nil
	}
	upgraded, err := tfprotov6.NewDynamicValue(schema.ValueType(), state)
	if err != nil {
		return &tfprotov6.UpgradeResourceStateResponse{Diagnostics: problem("The state cannot be written", err)}, nil
	}
	return &tfprotov6.UpgradeResourceStateResponse{UpgradedState: &upgraded}, nil
}

func (p *provider) UpgradeResourceIdentity(context.Context, *tfprotov6.UpgradeResourceIdentityRequest) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	return &tfprotov6.UpgradeResourceIdentityResponse{}, nil
}

func (p *provider) ImportResourceState(_ context.Context, asked *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	why := fmt.Errorf("%s %s: behind the stand-in there is no account", asked.TypeName, asked.ID)
	return &tfprotov6.ImportResourceStateResponse{Diagnostics: problem("Nothing to import", why)}, nil
}
