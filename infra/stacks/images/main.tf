# Images of bastions, jump hosts and nodes: built every month and when a critical hole is found; and patches for what lives longer.
# What the components do is in infra/images. A one-off copy starts its environment's images and builds none.

locals {
  stack = "images"

  original  = var.copy == ""
  global    = jsondecode(data.aws_ssm_parameter.global.insecure_value)
  network   = jsondecode(data.aws_ssm_parameter.network.insecure_value)
  perimeter = jsondecode(data.aws_ssm_parameter.perimeter.insecure_value)

  folder     = "${path.module}/../../images"
  recipes    = jsondecode(file("${local.folder}/recipes.json"))
  components = { for file in fileset("${local.folder}/components", "*.yaml") : trimsuffix(file, ".yaml") => file("${local.folder}/components/${file}") }
  deadlines  = jsondecode(file("${local.folder}/cve/policy.json"))

  amazon_linux = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
  parents = {
    bastion = local.amazon_linux
    jump    = local.amazon_linux
    node    = "/aws/service/eks/optimized-ami/${var.kubernetes_version}/amazon-linux-2023/x86_64/standard/recommended/image_id"
  }

  published = {
    pipelines  = local.original ? module.pipeline["this"].pipeline_arns : {}
    parameters = { for role in keys(local.recipes) : role => "${local.parameters}/images/${role}" }
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

# What a host starts from: for the environment itself Amazon's image, until its pipeline has built the first; for a copy what its
# environment runs.
data "aws_ssm_parameter" "start" {
  for_each = local.original ? local.parents : { for role in keys(local.recipes) : role => "/${var.estate}-${var.environment}/images/${role}" }

  name = each.value
}

# The pipeline writes here (module image-pipeline), stacks read; so it is there before the first build, and its value is the pipeline's.
resource "aws_ssm_parameter" "image" {
  for_each = data.aws_ssm_parameter.start

  #checkov:skip=CKV2_AWS_34:an AMI's id is no secret, and EC2 reads no SecureString
  #checkov:skip=CKV_AWS_337:the same
  name           = "${local.parameters}/images/${each.key}"
  description    = "Newest image of the role ${each.key}"
  type           = "String"
  data_type      = "aws:ec2:image"
  insecure_value = each.value.insecure_value

  lifecycle {
    ignore_changes = [insecure_value]
  }
}

module "pipeline" {
  source   = "../../modules/image-pipeline"
  for_each = toset(local.original ? ["this"] : [])

  name       = local.name
  components = local.components
  images = {
    for role, recipe in local.recipes : role => {
      parent_image    = "ssm:${local.parents[role]}"
      components      = recipe.components
      parameters      = recipe.parameters
      volume_size_gib = role == "node" ? 50 : 20
    }
  }
  parameters = {
    Name            = local.name
    Region          = var.region
    Estate          = join(", ", local.network.estate)
    Mirror          = local.global.buckets.mirror
    UserAuthority   = var.ssh_authority
    GossSha256      = var.checksums.goss
    FluentBitSha256 = var.checksums.fluent_bit
  }
  subnet_id            = values(local.network.subnets.lb.private)[0]
  security_group_ids   = [local.perimeter.security_groups.builder]
  key_arn              = local.global.keys.data
  mirror               = local.global.buckets.mirror
  log_bucket           = { name = local.global.buckets.logs }
  schedule             = var.schedule
  topic_arn            = local.global.topics.security
  permissions_boundary = local.global.permissions_boundary
}

module "patching" {
  source = "../../modules/patching"

  name             = local.name
  estate           = local.name
  default_baseline = var.default_baseline && local.original
  patch_schedule   = var.patch_schedule
  deadlines_days   = { for severity in ["critical", "high", "medium"] : severity => local.deadlines.days[upper(severity)] }
  revoked_keys     = { bucket = local.global.buckets.mirror }
}
