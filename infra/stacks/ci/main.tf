# Where the pipeline runs: runners in the LB VPC, from which alone NAT leads to GitLab and to the makers of images, and the key that
# signs what was built. In the primary region, and not in a copy, which its environment's runners make and take down.

locals {
  stack = "ci"

  here      = local.primary && var.copy == ""
  global    = jsondecode(data.aws_ssm_parameter.global.insecure_value)
  network   = jsondecode(data.aws_ssm_parameter.network.insecure_value)
  perimeter = jsondecode(data.aws_ssm_parameter.perimeter.insecure_value)
  journal   = "/${local.name}/hosts/journal"
  registry  = jsondecode(data.aws_ssm_parameter.registry.insecure_value).registry

  # What a merge request brings runs among jobs, and where it makes namespaces in build, which there is only where the application is
  # built; neither can become the deployer (module runner).
  purposes = local.here ? toset(var.signing.here ? ["jobs", "build", "deploy"] : ["jobs", "deploy"]) : toset([])

  published = {
    token_secrets      = { for purpose, runner in module.runner : purpose => runner.token_secret }
    autoscaling_groups = { for purpose, runner in module.runner : purpose => runner.autoscaling_group_name }
    signing_key        = one([for key in values(module.signing) : key.arn])
  }
}

data "aws_ssm_parameter" "global" {
  name = "${local.parameters}/global"
}

data "aws_ssm_parameter" "network" {
  name = "${local.parameters}/network"
}

data "aws_ssm_parameter" "perimeter" {
  name = "${local.parameters}/perimeter"
}

data "aws_ssm_parameter" "registry" {
  name = "${local.parameters}/registry"
}

data "aws_ssm_parameter" "image" {
  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
}

module "runner" {
  source   = "../../modules/runner"
  for_each = local.purposes

  name                   = local.name
  purpose                = each.key
  nests                  = each.key == "build"
  subnet_ids             = local.network.subnets.lb.private
  vpc_security_group_ids = [local.perimeter.security_groups.builder]
  image_id               = data.aws_ssm_parameter.image.insecure_value
  fleet                  = contains(keys(var.fleets), each.key) ? var.fleets[each.key] : { min_size = 1, max_size = 2, concurrent = 4 }
  gitlab                 = var.gitlab
  registry               = { url = local.registry, default_image = "${local.registry}/ci/tools@${var.tools_digest}" }
  roles                  = { pipeline = local.global.roles.pipeline, deploy = each.key == "deploy" ? local.global.roles.deploy : null }
  mirror                 = local.global.buckets.mirror
  log_group              = { name = local.journal, arn = one([for arn in local.global.agents.log_group_arns : arn if endswith(arn, ":${local.journal}")]) }
  key_arn                = local.global.keys.data
  permissions_boundary   = local.global.permissions_boundary
}

module "signing" {
  source   = "../../modules/kms-key"
  for_each = toset(local.here && var.signing.here ? ["this"] : [])

  name        = "${var.estate}-pipeline-signing"
  description = "Signs the application's images, once, where they are built"
  signs       = true
  verifiers   = var.signing.verifiers
}
