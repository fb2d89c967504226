# What watches the account: CloudTrail, GuardDuty, Inspector, Config, Access Analyzer, the budget. Once per account and region, the trail
# and what has no region once per account. A copy, and an environment whose account another looks after, have none of it.

locals {
  stack = "audit"

  global = jsondecode(data.aws_ssm_parameter.global.insecure_value)
  watch  = var.account_wide && var.copy == ""
  once   = local.watch && local.primary

  published = {
    watches     = local.watch
    detector_id = one([for one in values(module.guardrails) : one.detector_id])
    trail_arn   = one([for one in values(module.audit) : one.trail_arn])
    log_group   = one([for one in values(module.audit) : one.log_group_name])
  }
}

data "aws_partition" "this" {}

data "aws_ssm_parameter" "global" {
  name = "${local.parameters}/global"
}

data "aws_ssm_parameter" "bootstrap" {
  for_each = toset(local.once ? ["this"] : [])

  name = "${local.parameters}/bootstrap"
}

module "account" {
  source   = "../../modules/account-guardrails"
  for_each = toset(local.once ? ["this"] : [])
}

module "guardrails" {
  source   = "../../modules/guardrails"
  for_each = toset(local.watch ? ["this"] : [])

  name                    = local.name
  record_global_resources = local.primary
  bucket                  = local.global.buckets.logs
  volume_key_arn          = local.global.keys.data
  topic_arn               = local.global.topics.security
}

resource "aws_config_config_rule" "further" {
  for_each = local.watch ? var.config_rules : {}

  name             = "${local.name}-${each.key}"
  input_parameters = length(each.value.parameters) == 0 ? null : jsonencode(each.value.parameters)

  source {
    owner             = "AWS"
    source_identifier = each.value.identifier
  }

  depends_on = [module.guardrails]
}

module "audit" {
  source   = "../../modules/audit"
  for_each = toset(local.once ? ["this"] : [])

  name    = local.name
  bucket  = local.global.buckets.audit
  key_arn = local.global.keys.logs
  data_buckets = [for name in [jsondecode(data.aws_ssm_parameter.bootstrap["this"].insecure_value).bucket, local.global.buckets.audit, local.global.buckets.mirror] :
  "arn:${data.aws_partition.this.partition}:s3:::${name}"]
  break_glass_role_arn = local.global.roles.break_glass
  topic_arn            = local.global.topics.security
  permissions_boundary = local.global.permissions_boundary
}

module "budget" {
  source   = "../../modules/budget"
  for_each = toset(var.copy == "" && local.primary ? ["this"] : [])

  name       = local.name
  estate     = local.name
  limit_usd  = var.budget.limit_usd
  emails     = var.budget.emails
  topic_arns = [local.global.topics.security]
}
