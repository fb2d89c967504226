locals {
  notifications = merge(
    { for percent in var.thresholds.actual : "actual-${percent}" => { type = "ACTUAL", percent = percent } },
    { for percent in var.thresholds.forecasted : "forecasted-${percent}" => { type = "FORECASTED", percent = percent } },
  )
}

resource "aws_budgets_budget" "this" {
  name         = var.name
  budget_type  = "COST"
  limit_amount = tostring(var.limit_usd)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  dynamic "cost_filter" {
    for_each = var.estate == null ? [] : [var.estate]

    content {
      name   = "TagKeyValue"
      values = [format("user:quarterdeck:estate$%s", cost_filter.value)]
    }
  }

  dynamic "notification" {
    for_each = local.notifications

    content {
      comparison_operator        = "GREATER_THAN"
      notification_type          = notification.value.type
      threshold                  = notification.value.percent
      threshold_type             = "PERCENTAGE"
      subscriber_email_addresses = var.emails
      subscriber_sns_topic_arns  = var.topic_arns
    }
  }

  lifecycle {
    precondition {
      condition     = length(var.emails) + length(var.topic_arns) > 0
      error_message = "The budget ${var.name} would tell nobody: give emails or topic_arns."
    }
  }
}
