# What runs the application: the cluster, its nodes, the roles of its pods (identity.tf), the jump hosts that engineers reach it from,
# and where its databases stand. What runs in the cluster is platform's and the chart's.

locals {
  stack = "cluster"

  cluster_name = "${local.name}-${var.region}"
  original     = var.copy == ""

  global    = jsondecode(data.aws_ssm_parameter.global.insecure_value)
  network   = jsondecode(data.aws_ssm_parameter.network.insecure_value)
  perimeter = jsondecode(data.aws_ssm_parameter.perimeter.insecure_value)

  admin = "arn:${data.aws_partition.this.partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"

  # bound in infra/platform; the two with a policy must work while RBAC is broken or not there yet
  access_entries = {
    read        = { principal_arn = local.global.roles.read, kubernetes_groups = ["quarterdeck:read"] }
    act         = { principal_arn = local.global.roles.act, kubernetes_groups = ["quarterdeck:read", "quarterdeck:act"] }
    deploy      = { principal_arn = local.global.roles.deploy, kubernetes_groups = ["quarterdeck:read", "quarterdeck:deploy"] }
    pipeline    = { principal_arn = local.global.roles.pipeline, policy_associations = { admin = { policy_arn = local.admin } } }
    break_glass = { principal_arn = local.global.roles.break_glass, policy_associations = { admin = { policy_arn = local.admin } } }
  }

  published = {
    cluster            = { name = module.eks.name, arn = module.eks.arn, endpoint = module.eks.endpoint, version = module.eks.kubernetes_version }
    oidc_issuer        = module.eks.oidc_issuer
    app                = var.app
    node_groups        = module.nodes.names
    autoscaling_groups = { jump = module.jump.autoscaling_group_names, node = module.nodes.autoscaling_group_names }
    log_groups         = merge(module.logs.names, { control_plane = module.eks.log_group_name })
    authority          = local.global.private_ca
    database           = { subnet_group = module.database.subnet_group, secrets = module.database.secret_arns }
  }
}

data "aws_partition" "this" {}

data "aws_caller_identity" "this" {}

data "aws_ssm_parameter" "global" {
  name = "${local.parameters}/global"
}

data "aws_ssm_parameter" "network" {
  name = "${local.parameters}/network"
}

data "aws_ssm_parameter" "perimeter" {
  name = "${local.parameters}/perimeter"
}

# What the image pipelines built last: a new image is a change of the plan, and going back is one too.
data "aws_ssm_parameter" "image" {
  for_each = toset(["jump", "node"])

  name = "${local.parameters}/images/${each.value}"
}

# The collectors write to these by their names and may not make them.
module "logs" {
  source = "../../modules/log-groups"

  namespace = "${local.name}/cluster"
  key_arn   = local.global.keys.logs
  keep      = local.original
  log_groups = {
    for kind in ["application", "dataplane", "host", "performance", "prometheus"] :
    "/aws/containerinsights/${local.cluster_name}/${kind}" => { retention_days = var.log_retention_days }
  }
}

module "eks" {
  source = "../../modules/eks"

  name                 = local.cluster_name
  kubernetes_version   = var.kubernetes_version
  subnet_ids           = local.network.subnets.app.node
  security_group_ids   = [local.perimeter.security_groups.control_plane]
  access_entries       = local.access_entries
  secrets_key_arn      = local.global.keys.data
  log_key_arn          = local.global.keys.logs
  deletion_protection  = local.original
  permissions_boundary = local.global.permissions_boundary
}

# Before there are nodes: a node that joins needs its network, and pods their roles.
module "addons_first" {
  source = "../../modules/eks-addons"

  cluster_name = module.eks.name
  addons = {
    vpc-cni = {
      addon_version             = lookup(var.addon_versions, "vpc-cni", null)
      configuration_values      = jsonencode({ enableNetworkPolicy = "true" })
      pod_identity_associations = { aws-node = module.identity["cni"].role_arn }
    }
    kube-proxy             = { addon_version = lookup(var.addon_versions, "kube-proxy", null) }
    eks-pod-identity-agent = { addon_version = lookup(var.addon_versions, "eks-pod-identity-agent", null) }
  }
}

module "nodes" {
  source = "../../modules/node-group"

  name = local.name
  cluster = {
    # by way of the add-ons, so that no node comes before its network
    name                  = module.addons_first.cluster_name
    endpoint              = module.eks.endpoint
    certificate_authority = module.eks.certificate_authority
    service_ipv4_cidr     = module.eks.service_ipv4_cidr
  }
  subnet_ids             = local.network.subnets.app.node
  vpc_security_group_ids = [local.perimeter.security_groups.node]
  image_id               = data.aws_ssm_parameter.image["node"].insecure_value
  instance_types         = var.nodes.instance_types
  capacity_type          = var.nodes.capacity_type
  scaling                = { min_size = var.nodes.min_size, max_size = var.nodes.max_size }
  volume_key_arn         = local.global.keys.data
  agents                 = local.global.agents
  permissions_boundary   = local.global.permissions_boundary
}

# These run on nodes: EKS waits until they do.
module "addons" {
  source = "../../modules/eks-addons"

  cluster_name = module.eks.name
  addons = {
    coredns = {
      addon_version        = lookup(var.addon_versions, "coredns", null)
      configuration_values = jsonencode({ replicaCount = length(local.network.zones), podDisruptionBudget = { enabled = true, maxUnavailable = 1 } })
    }
    eks-node-monitoring-agent = { addon_version = lookup(var.addon_versions, "eks-node-monitoring-agent", null) }
    amazon-cloudwatch-observability = {
      addon_version = lookup(var.addon_versions, "amazon-cloudwatch-observability", null)
      # lines are shipped by the collectors of our own, beside each pod and on each node
      configuration_values      = jsonencode({ containerLogs = { enabled = false } })
      pod_identity_associations = { cloudwatch-agent = module.identity["cloudwatch"].role_arn }
    }
  }

  depends_on = [module.nodes, module.addons_first]
}

module "jump" {
  source = "../../modules/host"

  name                 = local.name
  role                 = "jump"
  subnet_ids           = local.network.subnets.app.jump
  security_group_ids   = [local.perimeter.security_groups.jump]
  image_id             = data.aws_ssm_parameter.image["jump"].insecure_value
  instance_type        = var.jump_instance_type
  volume_key_arn       = local.global.keys.data
  agents               = local.global.agents
  permissions_boundary = local.global.permissions_boundary
}

module "database" {
  source = "../../modules/database"

  name                 = local.name
  subnet_ids           = local.network.subnets.app.database
  secrets              = var.secrets
  key_arn              = local.global.keys.data
  recovery_window_days = local.original ? 30 : 0
}

check "every_zone_has_nodes_and_a_way_to_them" {
  assert {
    condition     = toset(keys(module.nodes.names)) == toset(local.network.zones) && toset(keys(module.jump.autoscaling_group_names)) == toset(local.network.zones)
    error_message = "A zone of ${var.region} has no node group, or no jump host."
  }
}
