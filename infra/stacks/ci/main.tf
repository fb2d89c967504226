# Where the pipeline runs: runners in the LB VPC, from which alone NAT leads to GitLab and to the makers of images, and the key that
# signs what was built. In the primary region, and not in a copy, which its environment's runners make and take down.

locals {
  stack = "ci"

  here      = local.primary && var.copy == ""
  global    = jsondecode(data.aws_ssm_parameter.global.insecure_value)
  network   = jsondecode(data.aws_ssm_parameter.network.insecure_value)
  perimeter = jsondecode(data.aws_ssm_parameter.perimeter.insecure_value)
  registry  = jsondecode(data.aws_ssm_parameter.registry.insecure_value).registry

  published = {
    token_secret      = one([for runner in values(module.runner) : runner.token_secret])
    autoscaling_group = one([for runner in values(module.runner) : runner.autoscaling_group_name])
    signing_key       = one([for key in values(module.signing) : key.arn])
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
  for_each = toset(local.here ? ["this"] : [])

  name                   = local.name
  subnet_ids             = local.network.subnets.lb.private
  vpc_security_group_ids = [local.perimeter.security_groups.builder]
  image_id               = data.aws_ssm_parameter.image.insecure_value
  fleet                  = var.fleet
  gitlab                 = var.gitlab
  registry               = { url = local.registry, default_image = "${local.registry}/ci/tools@${var.tools_digest}" }
  roles                  = { pipeline = local.global.roles.pipeline, deploy = local.global.roles.deploy }
  mirror                 = local.global.buckets.mirror
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
