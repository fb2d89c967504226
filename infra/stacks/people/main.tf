# Engineers who come and go one by one: their role, their entry in the cluster, their group's way through the VPN. Changed with every
# coming and going, and so a state of its own. What to do is in README.md.

locals {
  stack = "people"

  global  = jsondecode(data.aws_ssm_parameter.global.insecure_value)
  edge    = jsondecode(data.aws_ssm_parameter.edge.insecure_value)
  cluster = jsondecode(data.aws_ssm_parameter.cluster.insecure_value)

  # the VPN of a region leads to the bastions of all
  standing = sort(var.copy == "" ? keys(var.regions) : jsondecode(data.aws_ssm_parameter.copy["this"].insecure_value).regions)
  bastions = merge([
    for region, one in data.aws_ssm_parameter.network : {
      for index, cidr in jsondecode(one.insecure_value).tiers.security.bastion : "${region}-${index}" => cidr
    }
  ]...)

  published = {
    roles = { for name, engineer in module.engineer : name => engineer.role_arn }
  }
}

data "aws_ssm_parameter" "global" {
  name = "${local.parameters}/global"
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
}

data "aws_ssm_parameter" "edge" {
  name = "${local.parameters}/edge"
}

data "aws_ssm_parameter" "cluster" {
  name = "${local.parameters}/cluster"
}

module "engineer" {
  source   = "../../modules/onboarding"
  for_each = var.engineers

  name                 = "${var.estate}-${var.environment}"
  engineer             = each.key
  principal_arn        = each.value.principal_arn
  session_name         = each.value.session_name
  level                = each.value.level
  expires_on           = each.value.expires_on
  revoked_before       = each.value.revoked_before
  active               = each.value.active
  role_here            = local.primary && var.copy == ""
  cluster_name         = local.cluster.cluster.name
  vpn                  = each.value.vpn_group == null ? null : { endpoint_id = local.edge.vpn.id, group_id = each.value.vpn_group, cidrs = local.bastions }
  permissions_boundary = local.global.permissions_boundary
}
