# The three VPCs of a region: subnets, tables, the LB VPC's ways to the internet, flow logs. Their doors to one another are in
# the stack transit, who may pass them in perimeter.

locals {
  stack = "network"

  here  = module.address_plan.plan[var.region]
  zones = var.regions[var.region].zones
  logs  = jsondecode(data.aws_ssm_parameter.global.insecure_value).buckets.logs

  # tier → its block and that of each zone: a VPC is cut in four, a tier in four, so that a third zone has a place and one is free
  quarters = { for kind in ["security", "lb", "app"] : kind => [for index in range(4) : cidrsubnet(local.here[kind], 2, index)] }
  small    = [for index in range(3) : cidrsubnet(local.quarters.app[3], 2, index)]

  tiers = {
    security = { vpn = [local.quarters.security[0]], bastion = [local.quarters.security[1]], transit = [local.quarters.security[2]] }
    lb       = { public = [local.quarters.lb[0]], private = [local.quarters.lb[1]], transit = [local.quarters.lb[2]] }
    # nodes and pods have a quarter for each zone
    app = { node = slice(local.quarters.app, 0, length(local.zones)), jump = [local.small[0]], database = [local.small[1]], transit = [local.small[2]] }
  }

  cidrs = { for kind, tiers in local.tiers : kind => { for tier, blocks in tiers : tier => {
    for index, zone in local.zones : zone => length(blocks) > 1 ? blocks[index] : cidrsubnet(blocks[0], 2, index)
  } } }

  # A copy may stand in fewer regions than its environment; those that read this stack ask here which.
  regions = sort(distinct(concat([var.region], var.copy == "" ? keys(var.regions) : var.copy_regions)))

  # What a host of the environment takes for the estate. Its copies start the same images, so their space is of it.
  estate = sort(concat([for one in values(var.regions) : one.block], var.environment == "prod" ? [] : [var.copy_space]))

  published = {
    regions       = local.regions
    estate        = local.estate
    zones         = local.zones
    vpn_cidr      = local.here.clients
    vpcs          = { for kind, one in module.vpc : kind => { id = one.vpc_id, cidr = one.vpc_cidr_block } }
    subnets       = { for kind, one in module.vpc : kind => one.subnet_ids }
    tiers         = local.tiers
    route_tables  = { for kind, one in module.vpc : kind => one.route_table_ids }
    nat_addresses = module.vpc["lb"].nat_public_ips
    nat_gateways  = module.vpc["lb"].nat_gateway_ids
    database_port = var.database_port
  }

  routing = {
    security = {
      vpn     = { routes = "own" }
      bastion = { routes = "own" }
      transit = {}
    }
    lb = {
      public  = { routes = "own", public = true }
      private = { routes = "zonal", nat = true }
      transit = {}
    }
    app = {
      node = {
        routes = "own"
        tags   = { "kubernetes.io/role/internal-elb" = "1" }
      }
      jump    = { routes = "own" }
      transit = {}
      # a second lock where the data is: nodes and jump hosts only, whatever a security group might come to say
      database = {
        acl = {
          ingress = [for cidr in concat(local.tiers.app.node, local.tiers.app.jump) : { cidr = cidr, protocol = "tcp", from_port = var.database_port, to_port = var.database_port }]
          egress  = [for cidr in concat(local.tiers.app.node, local.tiers.app.jump) : { cidr = cidr, protocol = "tcp", from_port = 1024, to_port = 65535 }]
        }
      }
    }
  }
}

data "aws_ssm_parameter" "global" {
  name = "${local.parameters}/global"
}

module "address_plan" {
  source = "../../modules/address-plan"

  regions    = { for name, one in var.regions : name => one.block }
  copy       = var.copy
  copy_space = var.copy_space
  elsewhere  = var.elsewhere
}

# What exists already: another copy may have taken the same block.
data "aws_vpcs" "standing" {}

data "aws_vpc" "standing" {
  for_each = toset(data.aws_vpcs.standing.ids)

  id = each.value

  lifecycle {
    postcondition {
      condition = try(self.tags["quarterdeck:estate"], "") == local.name || (
        cidrhost("${split("/", self.cidr_block)[0]}/${min(split("/", self.cidr_block)[1], split("/", local.here.block)[1])}", 0) !=
        cidrhost("${split("/", local.here.block)[0]}/${min(split("/", self.cidr_block)[1], split("/", local.here.block)[1])}", 0)
      )
      error_message = "${self.cidr_block} of ${self.id} (${try(self.tags["quarterdeck:estate"], "not of an estate")}) overlaps ${local.here.block}, which is for ${local.name} in ${var.region}. End that copy, or give this one another number."
    }
  }
}

module "vpc" {
  source   = "../../modules/vpc"
  for_each = local.routing

  name                = local.name
  kind                = each.key
  cidr                = local.here[each.key]
  zones               = local.zones
  flow_log_bucket_arn = "arn:${data.aws_partition.this.partition}:s3:::${local.logs}/flow-logs"
  tiers               = { for tier, one in each.value : tier => merge(one, { cidrs = local.cidrs[each.key][tier] }) }

  depends_on = [data.aws_vpc.standing]
}

data "aws_partition" "this" {}

check "zones_of_a_region" {
  assert {
    condition     = alltrue([for one in module.vpc : alltrue([for tier in values(one.subnet_ids) : length(tier) >= 2])])
    error_message = "A tier of ${var.region} hangs on one zone."
  }
}
