# The doors: between the VPCs of the region by a transit gateway with a table for each segment, between the regions' Security
# VPCs by peering, and to AWS itself by endpoints. Each route names what it leads to; there is none that leads everywhere.

locals {
  stack = "transit"

  network = { for region, one in data.aws_ssm_parameter.network : region => jsondecode(one.insecure_value) }
  here    = local.network[var.region]

  # Pairs that this region's state owns: with the regions after it in the alphabet.
  peers = toset([for region in local.standing : region if index(local.standing, region) > index(local.standing, var.region)])

  standing = sort(var.copy == "" ? keys(var.regions) : jsondecode(data.aws_ssm_parameter.copy["this"].insecure_value).regions)

  # from tier, to tier: the chain bastion → jump, load balancer → proxy, and runner → Kubernetes API (whose interfaces stand among the
  # nodes), each with its way back
  ways = {
    bastion-jump = { from = ["security", "bastion"], to = ["app", "jump"] }
    jump-bastion = { from = ["app", "jump"], to = ["security", "bastion"] }
    public-node  = { from = ["lb", "public"], to = ["app", "node"] }
    node-public  = { from = ["app", "node"], to = ["lb", "public"] }
    private-node = { from = ["lb", "private"], to = ["app", "node"] }
    node-private = { from = ["app", "node"], to = ["lb", "private"] }
  }

  # a tier with NAT has a table for each zone, and so a route in each
  routes = merge(flatten([for key, way in local.ways : [for zone, table in local.here.route_tables[way.from[0]][way.from[1]] : {
    for index, cidr in local.here.tiers[way.to[0]][way.to[1]] :
    join("-", compact([key, length(local.here.route_tables[way.from[0]][way.from[1]]) > 1 ? tostring(zone) : "", index])) => {
      segment        = way.from[0]
      to             = way.to[0]
      route_table_id = table
      destination    = cidr
    }
  }]])...)

  # Buckets of others that may be read through S3's gateway: layers of images in ECR, packages of Amazon Linux, files and packages of
  # the SSM agent.
  aws_buckets = [
    "prod-${var.region}-starport-layer-bucket",
    "al2023-repos-${var.region}-de612dc2",
    "amazon-ssm-${var.region}",
    "aws-ssm-${var.region}",
    "aws-ssm-document-attachments-${var.region}",
    "patch-baseline-snapshot-${var.region}",
    "${var.region}-birdwatcher-prod",
  ]

  # In the LB VPC the gateway takes what goes to S3 away from NAT, so what builders and the image mirror fetch from there is named too:
  # Image Builder's own files, and the layers that registry.k8s.io and Docker Hub hand out of buckets of theirs.
  readable = {
    security = local.aws_buckets
    lb = concat(local.aws_buckets, [
      "ec2imagebuilder-toe-${var.region}-prod",
      "ec2imagebuilder-managed-resources-${var.region}-prod",
      "prod-registry-k8s-io-${var.region}",
      "docker-images-prod",
    ])
    app = local.aws_buckets
  }

  published = {
    transit_gateway = module.transit_gateway.transit_gateway_id
    attachments     = module.transit_gateway.attachment_ids
    endpoints       = { for kind, one in module.endpoints : kind => one.ids }
    endpoint_groups = { for kind, one in module.endpoint : kind => one.security_group_id }
    s3_prefix_list  = module.endpoints["app"].s3_prefix_list_id
    peers           = { for region, one in module.region_peering : region => one.peering_id }
  }
}

# Which regions a copy stands in, its own network says.
data "aws_ssm_parameter" "copy" {
  for_each = toset(var.copy == "" ? [] : ["this"])

  name = "${local.parameters}/network"
}

data "aws_ssm_parameter" "network" {
  for_each = toset(local.standing)

  region = each.value
  name   = "${local.parameters}/network"

  lifecycle {
    postcondition {
      condition     = var.copy == "" || join(" ", jsondecode(self.insecure_value).regions) == join(" ", local.standing)
      error_message = "By its network in ${each.value}, ${local.name} stands in ${join(", ", jsondecode(self.insecure_value).regions)}; by that in ${var.region}, in ${join(", ", local.standing)}. Apply network in each of them with the same copy_regions."
    }
  }
}

module "transit_gateway" {
  source = "../../modules/transit-gateway"

  name    = local.name
  vpcs    = { for kind, vpc in local.here.vpcs : kind => { vpc_id = vpc.id, subnet_ids = values(local.here.subnets[kind].transit) } }
  reaches = { security = ["app"], lb = ["app"], app = ["security", "lb"] }
  routes  = local.routes
}

module "region_peering" {
  source   = "../../modules/region-peering"
  for_each = local.peers

  name = local.name
  near = {
    region  = var.region
    vpc_id  = local.here.vpcs.security.id
    vpn     = { cidrs = local.here.tiers.security.vpn, route_table_ids = { vpn = local.here.route_tables.security.vpn[0] } }
    bastion = { cidrs = local.here.tiers.security.bastion, route_table_ids = { bastion = local.here.route_tables.security.bastion[0] } }
  }
  far = {
    region  = each.key
    vpc_id  = local.network[each.key].vpcs.security.id
    vpn     = { cidrs = local.network[each.key].tiers.security.vpn, route_table_ids = { vpn = local.network[each.key].route_tables.security.vpn[0] } }
    bastion = { cidrs = local.network[each.key].tiers.security.bastion, route_table_ids = { bastion = local.network[each.key].route_tables.security.bastion[0] } }
  }
}

# -- doors to AWS

module "endpoint" {
  source   = "../../modules/security-group"
  for_each = local.here.vpcs

  name        = "${local.name}-endpoint-${each.key}"
  description = "Endpoints of the ${each.key} VPC: from the VPC itself"
  vpc_id      = each.value.id
  ingress     = { vpc = { description = "The VPC's own hosts", from_port = 443, cidr = each.value.cidr } }
  tags        = { "quarterdeck:vpc" = each.key }
}

module "endpoints" {
  source   = "../../modules/vpc-endpoints"
  for_each = { security = "bastion", lb = "private", app = "jump" }

  name               = "${local.name}-${each.key}"
  kind               = each.key
  vpc_id             = local.here.vpcs[each.key].id
  services           = var.services[each.key]
  without_policy     = setintersection(var.services[each.key], var.services_without_policy)
  subnet_ids         = values(local.here.subnets[each.key][each.value])
  security_group_ids = [module.endpoint[each.key].security_group_id]
  route_table_ids    = flatten([for tier, tables in local.here.route_tables[each.key] : tables if !contains(["vpn", "public"], tier)])
  readable_buckets   = local.readable[each.key]
}

check "regions_do_not_overlap" {
  assert {
    condition     = length(distinct([for one in local.network : one.vpcs.security.cidr])) == length(local.network)
    error_message = "Two regions have the same Security VPC block."
  }
}
