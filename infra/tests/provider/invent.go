package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

const account = "111122223333"

// Where the service in an ARN is not the word that follows aws_ in the type's name.
var services = []struct{ prefix, service string }{
	{"aws_lb", "elasticloadbalancing"}, {"aws_autoscaling", "autoscaling"}, {"aws_cloudwatch_log", "logs"},
	{"aws_cloudwatch_event", "events"}, {"aws_acmpca", "acm-pca"}, {"aws_prometheus", "aps"}, {"aws_inspector2", "inspector2"},
	{"aws_synthetics", "synthetics"}, {"aws_arczonalshift", "arc-zonal-shift"}, {"aws_network_firewall", "network-firewall"},
	{"aws_vpc", "ec2"}, {"aws_subnet", "ec2"}, {"aws_security_group", "ec2"}, {"aws_default", "ec2"}, {"aws_eip", "ec2"},
	{"aws_instance", "ec2"}, {"aws_launch_template", "ec2"}, {"aws_nat_gateway", "ec2"}, {"aws_internet_gateway", "ec2"},
	{"aws_route_table", "ec2"}, {"aws_network_acl", "ec2"}, {"aws_flow_log", "ec2"}, {"aws_ebs", "ec2"},
}

// What people who read a plan or a diagram know an object by.
var prefixes = map[string]string{
	"aws_vpc": "vpc", "aws_subnet": "subnet", "aws_security_group": "sg", "aws_route_table": "rtb", "aws_internet_gateway": "igw",
	"aws_nat_gateway": "nat", "aws_eip": "eipalloc", "aws_ec2_transit_gateway": "tgw", "aws_ec2_transit_gateway_vpc_attachment": "tgw-attach",
	"aws_ec2_transit_gateway_route_table": "tgw-rtb", "aws_vpc_endpoint": "vpce", "aws_vpc_peering_connection": "pcx", "aws_network_acl": "acl",
	"aws_ec2_client_vpn_endpoint": "cvpn-endpoint", "aws_launch_template": "lt", "aws_vpc_dhcp_options": "dopt", "aws_flow_log": "fl",
}

// Where an ARN is not `arn:aws:SERVICE:REGION:ACCOUNT:TYPE/ID`; the modules hold ARNs that they are given against their form.
// `{name}` is the object's name, `{id}` its id.
var arns = map[string]string{
	"aws_iam_role": "arn:aws:iam::{account}:role/{name}", "aws_iam_policy": "arn:aws:iam::{account}:policy/{name}",
	"aws_iam_instance_profile": "arn:aws:iam::{account}:instance-profile/{name}", "aws_iam_saml_provider": "arn:aws:iam::{account}:saml-provider/{name}",
	"aws_iam_service_linked_role": "arn:aws:iam::{account}:role/aws-service-role/{name}/AWSServiceRole",
	"aws_s3_bucket":               "arn:aws:s3:::{name}", "aws_route53_zone": "arn:aws:route53:::hostedzone/{id}",
	"aws_cloudwatch_log_group": "arn:aws:logs:{region}:{account}:log-group:{name}", "aws_sns_topic": "arn:aws:sns:{region}:{account}:{name}",
	"aws_sqs_queue": "arn:aws:sqs:{region}:{account}:{name}", "aws_kms_key": "arn:aws:kms:{region}:{account}:key/{id}",
	"aws_lb": "arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/net/{name}/{id}", "aws_ecr_repository": "arn:aws:ecr:{region}:{account}:repository/{name}",
	"aws_lb_target_group": "arn:aws:elasticloadbalancing:{region}:{account}:targetgroup/{name}/{id}", "aws_eks_cluster": "arn:aws:eks:{region}:{account}:cluster/{name}",
	"aws_cloudwatch_metric_alarm": "arn:aws:cloudwatch:{region}:{account}:alarm:{name}", "aws_cloudwatch_composite_alarm": "arn:aws:cloudwatch:{region}:{account}:alarm:{name}",
	"aws_secretsmanager_secret": "arn:aws:secretsmanager:{region}:{account}:secret:{name}-{id}", "aws_lambda_function": "arn:aws:lambda:{region}:{account}:function:{name}",
	"aws_ssm_parameter": "arn:aws:ssm:{region}:{account}:parameter{name}", "aws_acm_certificate": "arn:aws:acm:{region}:{account}:certificate/{id}",
}

// inventor makes up what AWS would assign to one object: the same for the same object, so that a run can be repeated.
type inventor struct {
	kind, region, seed string
	// what is known of the object: its name goes into its ARN
	known tftypes.Value
}

// name is the one that was given, or what AWS makes of the prefix that was.
func (i inventor) name() string {
	for _, field := range []string{"name", "bucket", "function_name", "alarm_name", "repository_name", "aws_service_name"} {
		if given := text(i.known, field); given != "" {
			return given
		}
	}
	for _, field := range []string{"name_prefix", "bucket_prefix"} {
		if prefix := text(i.known, field); prefix != "" {
			return prefix + i.digits("name", 16)
		}
	}
	return strings.ReplaceAll(strings.TrimPrefix(i.kind, "aws_"), "_", "-") + "-" + i.digits("name", 8)
}

func (i inventor) digits(of string, length int) string {
	sum := sha256.Sum256([]byte(i.kind + "\x00" + i.region + "\x00" + i.seed + "\x00" + of))
	return hex.EncodeToString(sum[:])[:length]
}

func (i inventor) value(name string, kind tftypes.Type) tftypes.Value {
	switch {
	case kind.Is(tftypes.String):
		return tftypes.NewValue(kind, i.text(name))
	case kind.Is(tftypes.Number):
		return tftypes.NewValue(kind, 1)
	case kind.Is(tftypes.Bool):
		return tftypes.NewValue(kind, false)
	}
	switch kind := kind.(type) {
	case tftypes.Map:
		return tftypes.NewValue(kind, map[string]tftypes.Value{})
	case tftypes.List:
		return tftypes.NewValue(kind, i.items(name, kind.ElementType))
	case tftypes.Set:
		return tftypes.NewValue(kind, i.items(name, kind.ElementType))
	case tftypes.Object:
		fields := map[string]tftypes.Value{}
		for field, of := range kind.AttributeTypes {
			fields[field] = i.value(field, of)
		}
		return tftypes.NewValue(kind, fields)
	}
	return tftypes.NewValue(kind, nil)
}

// Lists of objects get one, so that `identity[0].oidc[0].issuer` has something to name.
func (i inventor) items(name string, of tftypes.Type) []tftypes.Value {
	if _, object := of.(tftypes.Object); object {
		return []tftypes.Value{i.value(name, of)}
	}
	return []tftypes.Value{}
}

func (i inventor) text(name string) string {
	short := strings.ReplaceAll(strings.TrimPrefix(i.kind, "aws_"), "_", "-")
	switch name {
	case "name", "bucket":
		return i.name()
	case "arn":
		if form, special := arns[i.kind]; special {
			id := i.digits("id", 17)
			if i.kind == "aws_kms_key" {
				id = i.digits("id", 8) + "-0000-4000-8000-" + i.digits("key", 12)
			}
			return strings.NewReplacer("{name}", i.name(), "{id}", id, "{region}", i.region, "{account}", account).Replace(form)
		}
		return fmt.Sprintf("arn:aws:%s:%s:%s:%s/%s", i.service(), i.region, account, short, i.digits("id", 17))
	case "id":
		return i.id()
	case "arn_suffix":
		return short + "/" + i.digits("id", 16)
	case "endpoint":
		if i.kind == "aws_eks_cluster" {
			return "https://" + strings.ToUpper(i.digits("id", 32)) + ".gr7." + i.region + ".eks.amazonaws.com"
		}
		return i.digits("id", 12) + "." + short + "." + i.region + ".amazonaws.com"
	case "dns_name", "domain_name":
		return i.digits("id", 12) + "." + short + "." + i.region + ".amazonaws.com"
	case "public_ip":
		sum := sha256.Sum256([]byte(i.seed))
		return fmt.Sprintf("198.51.100.%d", int(sum[0])%254+1)
	case "zone_id", "hosted_zone_id":
		return "Z" + strings.ToUpper(i.digits("zone", 13))
	case "owner_id", "account_id":
		return account
	case "engine_arn":
		return fmt.Sprintf("arn:aws:lambda:%s:%s:function:cwsyn-%s-%s:1", i.region, account, i.name(), i.digits("id", 12))
	case "issuer":
		return "https://oidc.eks." + i.region + ".amazonaws.com/id/" + strings.ToUpper(i.digits("id", 32))
	case "availability_zone":
		return i.region + "a"
	}
	return short + "-" + strings.ReplaceAll(name, "_", "-") + "-" + i.digits(name, 8)
}

func (i inventor) id() string {
	if prefix, known := prefixes[i.kind]; known {
		return prefix + "-0" + i.digits("id", 16)
	}
	return strings.ReplaceAll(strings.TrimPrefix(i.kind, "aws_"), "_", "-") + "-" + i.digits("id", 17)
}

func (i inventor) service() string {
	for _, one := range services {
		if strings.HasPrefix(i.kind, one.prefix) {
			return one.service
		}
	}
	word, _, _ := strings.Cut(strings.TrimPrefix(i.kind, "aws_"), "_")
	return word
}
