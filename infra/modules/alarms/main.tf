locals {
  actions = { page = [var.topics.page], notice = [var.topics.notice], none = [], gate = [] }

  rules = {
    for name, one in var.composites : name => join(" AND ", concat(
      [for alarm in sort(one.all_of) : "ALARM(\"${var.name}-${alarm}\")"],
      [for any in [sort(one.any_of)] : "(${join(" OR ", [for alarm in any : "ALARM(\"${var.name}-${alarm}\")"])})" if length(any) > 0],
    ))
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = var.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric_name
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  extended_statistic  = each.value.p
  period              = each.value.period_seconds
  evaluation_periods  = each.value.evaluation_periods
  datapoints_to_alarm = each.value.datapoints_to_alarm
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  treat_missing_data  = each.value.missing
  alarm_actions       = local.actions[each.value.severity]
  ok_actions          = local.actions[each.value.severity]
}

resource "aws_cloudwatch_composite_alarm" "this" {
  for_each = var.composites

  alarm_name        = "${var.name}-${each.key}"
  alarm_description = each.value.description
  alarm_rule        = local.rules[each.key]
  alarm_actions     = local.actions[each.value.severity]
  ok_actions        = local.actions[each.value.severity]

  # It names them by their names, which Terraform does not see.
  depends_on = [aws_cloudwatch_metric_alarm.this]
}

check "somebody_is_woken" {
  assert {
    condition     = anytrue(concat([for one in values(var.composites) : one.severity == "page"], [for alarm in values(var.alarms) : alarm.severity == "page"]))
    error_message = "No alarm of ${var.name} pages."
  }
}

check "nothing_is_watched_for_nobody" {
  assert {
    condition = length(setsubtract(
      [for name, alarm in var.alarms : name if alarm.severity == "none"],
      flatten([for one in values(var.composites) : concat(tolist(one.any_of), tolist(one.all_of))]),
    )) == 0
    error_message = "An alarm tells nobody and is in no composite alarm."
  }
}
