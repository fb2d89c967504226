# The ways in: for engineers the VPN and the bastions, for the world the load balancer and the name that leads to the nearest
# region that serves.

locals {
  stack = "edge"

  global    = jsondecode(data.aws_ssm_parameter.global.insecure_value)
  network   = jsondecode(data.aws_ssm_parameter.network[var.region].insecure_value)
  perimeter = jsondecode(data.aws_ssm_parameter.perimeter.insecure_value)

  standing = sort(var.copy == "" ? keys(var.regions) : jsondecode(data.aws_ssm_parameter.copy["this"].insecure_value).regions)
  bastions = merge([for region, one in data.aws_ssm_parameter.network : { for index, cidr in jsondecode(one.insecure_value).tiers.security.bastion : "${region}-${index}" => { region = region, cidr = cidr } }]...)

  # each group of the directory may reach each region's bastions; mutual TLS knows no groups
  groups = var.vpn.saml_provider_arn == null ? { everybody = null } : var.vpn.groups
  authorization = merge([for group, id in local.groups : { for key, one in local.bastions : "${group}/${key}" => {
    cidr        = one.cidr
    group       = id
    description = "Bastions of ${one.region} for ${group}"
  } }]...)

  domain = join(".", compact([var.service, var.copy, local.global.zone.name]))

  published = {
    name               = local.domain
    load_balancer      = module.load_balancer.load_balancer
    addresses          = module.load_balancer.public_ips
    target_groups      = { https = module.load_balancer.target_group }
    vpn                = { id = module.vpn.endpoint_id, dns_name = module.vpn.dns_name, saml = var.vpn.saml_provider_arn != null, portal = module.vpn.self_service_portal_url, log_group = module.vpn.log_group_name }
    autoscaling_groups = { bastion = module.bastion.autoscaling_group_names }
    health_check       = module.record.health_check_id
    # whose end somebody has to hear of in time
    certificates = merge(
      { service = module.certificate.arn, vpn = module.vpn_certificate.arn },
      { for name in compact([try(var.vpn.root_certificate_arns[var.region], null)]) : "clients" => name if var.vpn.saml_provider_arn == null },
    )
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

data "aws_ssm_parameter" "perimeter" {
  name = "${local.parameters}/perimeter"
}

# What the image pipeline built last: a new image is a change of the plan, and going back is one too.
data "aws_ssm_parameter" "bastion_image" {
  name = "${local.parameters}/images/bastion"
}

# -- engineers

module "vpn_certificate" {
  source = "../../modules/certificate"

  domain_name   = join(".", compact(["vpn", var.region, var.copy, local.global.zone.name]))
  zone_id       = local.global.zone.id
  key_algorithm = "RSA_2048"
}

module "vpn" {
  source = "../../modules/client-vpn"

  name                   = local.name
  client_cidr_block      = local.network.vpn_cidr
  vpc_id                 = local.network.vpcs.security.id
  subnet_ids             = local.network.subnets.security.vpn
  security_group_ids     = [local.perimeter.security_groups.vpn]
  server_certificate_arn = module.vpn_certificate.arn
  authentication = {
    saml_provider_arn    = var.vpn.saml_provider_arn
    root_certificate_arn = try(var.vpn.root_certificate_arns[var.region], null)
  }
  authorization         = local.authorization
  routes                = { for key, one in local.bastions : key => one.cidr if one.region != var.region }
  session_timeout_hours = var.vpn.session_timeout_hours
  log_key_arn           = local.global.keys.logs
  keep_log              = var.copy == ""
}

module "bastion" {
  source = "../../modules/host"

  name                 = local.name
  role                 = "bastion"
  subnet_ids           = local.network.subnets.security.bastion
  security_group_ids   = [local.perimeter.security_groups.bastion]
  image_id             = data.aws_ssm_parameter.bastion_image.insecure_value
  instance_type        = var.bastion_instance_type
  volume_key_arn       = local.global.keys.data
  agents               = local.global.agents
  permissions_boundary = local.global.permissions_boundary
}

# -- the world

module "certificate" {
  source = "../../modules/certificate"

  domain_name = local.domain
  subdomains  = true
  zone_id     = local.global.zone.id
  # once for all regions: where the certificate is asked for first
  prove = var.region == (var.copy == "" ? var.primary_region : local.standing[0])
}

module "load_balancer" {
  source = "../../modules/load-balancer"

  name                = local.name
  vpc_id              = local.network.vpcs.lb.id
  subnet_ids          = local.network.subnets.lb.public
  security_group_ids  = [local.perimeter.security_groups.ingress]
  certificate_arn     = module.certificate.arn
  target_port         = local.perimeter.app_port
  log_bucket          = local.global.buckets.logs
  deletion_protection = var.copy == ""
}

module "record" {
  source = "../../modules/latency-record"

  zone_id                  = local.global.zone.id
  name                     = local.domain
  region                   = var.region
  load_balancer            = module.load_balancer.load_balancer
  request_interval_seconds = var.health_interval_seconds
}

check "every_region_is_reached_from_here" {
  assert {
    condition     = length(distinct([for one in local.bastions : one.region])) == length(local.standing)
    error_message = "The VPN of ${var.region} does not lead to every region's bastions."
  }
}
