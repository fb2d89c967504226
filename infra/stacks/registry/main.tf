# Images of the application, and copies of those of others: what a cluster without a way out pulls. A copy of the environment pulls
# from its environment's repositories.

locals {
  stack = "registry"

  original = var.copy == ""
  owner    = "${var.estate}-${var.environment}"
  global   = jsondecode(data.aws_ssm_parameter.global.insecure_value)

  mirrored = keys(jsondecode(file("${path.module}/../../platform/images.json")))
  charts   = jsondecode(file("${path.module}/../../platform/releases.json"))[*].name
  names    = setunion(var.repositories, [for name in local.mirrored : "mirror/${name}"], [for name in local.charts : "charts/${name}"])

  published = {
    registry     = "${data.aws_caller_identity.this.account_id}.dkr.ecr.${var.region}.${data.aws_partition.this.dns_suffix}/${local.owner}"
    repositories = sort(local.names)
  }
}

data "aws_partition" "this" {}

data "aws_caller_identity" "this" {}

data "aws_ssm_parameter" "global" {
  name = "${local.parameters}/global"
}

module "ecr" {
  source   = "../../modules/ecr"
  for_each = toset(local.original ? ["this"] : [])

  repositories      = [for name in local.names : "${local.owner}/${name}"]
  key_arn           = local.global.keys.data
  kept_images       = var.kept_images
  registry_settings = var.registry_settings
  replicated_prefix = "${local.owner}/"

  # the pipeline takes the image from the primary region's registry alone
  pulled_by = local.primary && length(var.pulled_by) > 0 ? { "${local.owner}/app" = var.pulled_by } : {}

  # the pipeline pushes to the primary region; the others get each image from there
  replica_regions = local.primary ? setsubtract(keys(var.regions), [var.region]) : []
}
