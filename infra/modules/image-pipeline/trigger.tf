# A critical hole that has a remedy, found by Inspector on a host of the role, starts a build of its image. Inspector tells of each
# host by itself, so a rule that started builds would start one for each: the rule is counted, and its alarm starts one build.

resource "aws_cloudwatch_event_rule" "critical" {
  for_each = var.images

  name        = "${var.name}-critical-${each.key}"
  description = "Inspector found a critical hole with a remedy on a host of the role ${each.key}"

  event_pattern = jsonencode({
    source      = ["aws.inspector2"]
    detail-type = ["Inspector2 Finding"]
    detail = {
      severity     = ["CRITICAL"]
      status       = ["ACTIVE"]
      fixAvailable = ["YES", "PARTIAL"]
      resources = { tags = {
        "quarterdeck:estate" = [lookup(data.aws_default_tags.this.tags, "quarterdeck:estate", var.name)]
        "quarterdeck:role"   = [each.key]
      } }
    }
  })
}

resource "aws_cloudwatch_event_target" "told" {
  for_each = aws_cloudwatch_event_rule.critical

  rule = each.value.name
  arn  = var.topic_arn
}

resource "aws_cloudwatch_metric_alarm" "critical" {
  for_each = aws_cloudwatch_event_rule.critical

  alarm_name          = "${var.name}-critical-${each.key}"
  alarm_description   = "A critical hole was found on hosts of the role ${each.key}; its image is being built anew"
  namespace           = "AWS/Events"
  metric_name         = "TriggeredRules"
  dimensions          = { RuleName = each.value.name }
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
}

resource "aws_cloudwatch_event_rule" "build" {
  for_each = aws_cloudwatch_metric_alarm.critical

  name        = "${var.name}-build-${each.key}"
  description = "Builds the image ${each.key} when the alarm of its critical holes goes up"

  event_pattern = jsonencode({
    source      = ["aws.cloudwatch"]
    detail-type = ["CloudWatch Alarm State Change"]
    detail = {
      alarmName     = [each.value.alarm_name]
      state         = { value = ["ALARM"] }
      previousState = { value = ["OK", "INSUFFICIENT_DATA"] }
    }
  })
}

resource "aws_cloudwatch_event_target" "build" {
  for_each = aws_cloudwatch_event_rule.build

  rule     = each.value.name
  arn      = aws_imagebuilder_image_pipeline.this[each.key].arn
  role_arn = aws_iam_role.trigger.arn

  depends_on = [aws_iam_role_policy.trigger]
}
