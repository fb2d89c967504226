# Who may speak with whom, in both directions. Rules between VPCs name blocks of subnets, rules
# within one name groups. What reaches the world: the listeners of the load balancer (in), builders and the image mirror (out, 443).

locals {
  stack = "perimeter"

  standing = sort(var.copy == "" ? keys(var.regions) : jsondecode(data.aws_ssm_parameter.copy["this"].insecure_value).regions)
  network  = { for region, one in data.aws_ssm_parameter.network : region => jsondecode(one.insecure_value) }
  here     = local.network[var.region]
  tiers    = local.here.tiers
  transit  = jsondecode(data.aws_ssm_parameter.transit.insecure_value)

  vpn_cidrs     = { for pair in flatten([for region, one in local.network : [for index, cidr in one.tiers.security.vpn : { key = "${region}-${index}", cidr = cidr }]]) : pair.key => pair.cidr }
  bastion_cidrs = { for pair in flatten([for region, one in local.network : [for index, cidr in one.tiers.security.bastion : { key = "${region}-${index}", cidr = cidr }]]) : pair.key => pair.cidr }

  by_index = { for name, cidrs in {
    node    = local.tiers.app.node
    jump    = local.tiers.app.jump
    bastion = local.tiers.security.bastion
    public  = local.tiers.lb.public
    private = local.tiers.lb.private
  } : name => { for index, cidr in cidrs : tostring(index) => cidr } }

  published = {
    app_port = var.app_port
    security_groups = {
      vpn           = module.vpn.security_group_id
      bastion       = module.bastion.security_group_id
      ingress       = module.ingress.security_group_id
      builder       = module.builder.security_group_id
      jump          = module.jump.security_group_id
      node          = module.node.security_group_id
      control_plane = module.control_plane.security_group_id
      database      = module.database.security_group_id
    }
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
}

data "aws_ssm_parameter" "transit" {
  name = "${local.parameters}/transit"
}

# -- Security VPC

module "vpn" {
  source = "../../modules/security-group"

  name        = "${local.name}-vpn"
  description = "Clients of the VPN: to the bastions of every region by SSH"
  vpc_id      = local.here.vpcs.security.id
  egress      = { for key, cidr in local.bastion_cidrs : "bastion-${key}" => { description = "SSH to the bastions", from_port = 22, cidr = cidr } }
  tags        = { "quarterdeck:role" = "vpn", "quarterdeck:vpc" = "security" }
}

module "bastion" {
  source = "../../modules/security-group"

  name        = "${local.name}-bastion"
  description = "Bastions: from the VPNs of every region, to the jump hosts of this one"
  vpc_id      = local.here.vpcs.security.id
  ingress     = { for key, cidr in local.vpn_cidrs : "vpn-${key}" => { description = "SSH from the VPN", from_port = 22, cidr = cidr } }
  egress = merge(
    { for key, cidr in local.by_index.jump : "jump-${key}" => { description = "SSH to the jump hosts", from_port = 22, cidr = cidr } },
    {
      endpoints = { description = "AWS by its endpoints", from_port = 443, group = local.transit.endpoint_groups.security }
      s3        = { description = "S3 by its gateway", from_port = 443, prefix_list = local.transit.s3_prefix_list }
    },
  )
  tags = { "quarterdeck:role" = "bastion", "quarterdeck:vpc" = "security" }
}

# -- LB VPC

module "ingress" {
  source = "../../modules/security-group"

  name        = "${local.name}-ingress"
  description = "Load balancer: from the world by TLS, to the proxies"
  vpc_id      = local.here.vpcs.lb.id
  from_world  = true
  ingress     = { https = { description = "TLS from the world", from_port = 443, cidr = "0.0.0.0/0" } }
  egress      = { for key, cidr in local.by_index.node : "proxy-${key}" => { description = "TLS to the proxies, and their health", from_port = var.app_port, cidr = cidr } }
  tags        = { "quarterdeck:role" = "ingress", "quarterdeck:vpc" = "lb" }
}

module "builder" {
  source = "../../modules/security-group"

  name        = "${local.name}-builder"
  description = "Image builders, the image mirror and runners: out by TLS, nobody in"
  vpc_id      = local.here.vpcs.lb.id
  to_world    = true
  egress      = { https = { description = "Packages and images, by NAT", from_port = 443, cidr = "0.0.0.0/0" } }
  tags        = { "quarterdeck:vpc" = "lb" }
}

# -- App VPC

module "jump" {
  source = "../../modules/security-group"

  name        = "${local.name}-jump"
  description = "Jump hosts: from the bastions, to nodes, databases and the control plane"
  vpc_id      = local.here.vpcs.app.id
  ingress     = { for key, cidr in local.by_index.bastion : "bastion-${key}" => { description = "SSH from the bastions", from_port = 22, cidr = cidr } }
  egress = {
    node          = { description = "SSH to the nodes", from_port = 22, group = module.node.security_group_id }
    control_plane = { description = "Kubernetes API", from_port = 443, group = module.control_plane.security_group_id }
    database      = { description = "Databases, for whoever is on call", from_port = local.here.database_port, group = module.database.security_group_id }
    endpoints     = { description = "AWS by its endpoints", from_port = 443, group = local.transit.endpoint_groups.app }
    s3            = { description = "S3 by its gateway", from_port = 443, prefix_list = local.transit.s3_prefix_list }
  }
  tags = { "quarterdeck:role" = "jump", "quarterdeck:vpc" = "app" }
}

module "node" {
  source = "../../modules/security-group"

  name        = "${local.name}-node"
  description = "Nodes and their pods: among themselves, from the load balancer, to data, endpoints and the control plane"
  vpc_id      = local.here.vpcs.app.id
  ingress = merge(
    { for key, cidr in local.by_index.public : "proxy-${key}" => { description = "TLS from the load balancer", from_port = var.app_port, cidr = cidr } },
    { for port in var.webhook_ports : "control-plane-${port}" => { description = "Kubelet, webhooks and metrics", from_port = port, group = module.control_plane.security_group_id } },
    {
      jump = { description = "SSH from the jump hosts", from_port = 22, group = module.jump.security_group_id }
      pods = { description = "Pods among themselves; network policies say which", from_port = 1, to_port = 65535, self = true }
      dns  = { description = "Names of the cluster", protocol = "udp", from_port = 53, self = true }
    },
  )
  egress = {
    pods          = { description = "Pods among themselves; network policies say which", from_port = 1, to_port = 65535, self = true }
    dns           = { description = "Names of the cluster", protocol = "udp", from_port = 53, self = true }
    control_plane = { description = "Kubernetes API", from_port = 443, group = module.control_plane.security_group_id }
    database      = { description = "Databases", from_port = local.here.database_port, group = module.database.security_group_id }
    endpoints     = { description = "AWS by its endpoints", from_port = 443, group = local.transit.endpoint_groups.app }
    s3            = { description = "S3 by its gateway: layers of images", from_port = 443, prefix_list = local.transit.s3_prefix_list }
  }
  tags = { "quarterdeck:role" = "node", "quarterdeck:vpc" = "app" }
}

module "control_plane" {
  source = "../../modules/security-group"

  name        = "${local.name}-control-plane"
  description = "Interfaces of the Kubernetes control plane: from nodes, jump hosts and runners, to what nodes serve"
  vpc_id      = local.here.vpcs.app.id
  ingress = merge(
    { for key, cidr in local.by_index.private : "runner-${key}" => { description = "Kubernetes API for the pipeline's runners", from_port = 443, cidr = cidr } },
    {
      node = { description = "Kubernetes API for nodes and pods", from_port = 443, group = module.node.security_group_id }
      jump = { description = "Kubernetes API for engineers, by the jump hosts", from_port = 443, group = module.jump.security_group_id }
    },
  )
  egress = { for port in var.webhook_ports : "node-${port}" => { description = "Kubelet, webhooks and metrics", from_port = port, group = module.node.security_group_id } }
  tags   = { "quarterdeck:vpc" = "app" }
}

module "database" {
  source = "../../modules/security-group"

  name        = "${local.name}-database"
  description = "Databases: from nodes, pods and jump hosts, to nobody"
  vpc_id      = local.here.vpcs.app.id
  ingress = {
    node = { description = "Nodes and pods", from_port = local.here.database_port, group = module.node.security_group_id }
    jump = { description = "Whoever is on call, by the jump hosts", from_port = local.here.database_port, group = module.jump.security_group_id }
  }
  tags = { "quarterdeck:vpc" = "app" }
}

check "a_way_in_has_a_way_out" {
  assert {
    condition     = length(local.vpn_cidrs) == length(local.bastion_cidrs)
    error_message = "A region has a VPN without bastions, or bastions without a VPN."
  }
}
