locals {
  filters = merge([
    for group_name, group in var.log_groups : {
      for metric, filter in group.metric_filters : metric => merge(filter, { log_group_name = group_name })
    }
  ]...)
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = var.log_groups

  #checkov:skip=CKV_AWS_338:retention is each group's own; the audit's is a year or more, an application's debug lines are not worth it
  name                        = each.key
  retention_in_days           = each.value.retention_days
  kms_key_id                  = var.key_arn
  skip_destroy                = var.keep
  deletion_protection_enabled = var.keep
}

resource "aws_cloudwatch_log_metric_filter" "this" {
  for_each = local.filters

  name           = each.key
  log_group_name = aws_cloudwatch_log_group.this[each.value.log_group_name].name
  pattern        = each.value.pattern

  metric_transformation {
    name          = each.key
    namespace     = var.namespace
    value         = each.value.value
    unit          = each.value.unit
    default_value = "0"
  }
}
