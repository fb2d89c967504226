output "arns" {
  description = "ARNs of all alarms, by name without the prefix."
  value = merge(
    { for name, alarm in aws_cloudwatch_metric_alarm.this : name => alarm.arn },
    { for name, alarm in aws_cloudwatch_composite_alarm.this : name => alarm.arn },
  )
}

output "names" {
  description = "Full names of all alarms, by name without the prefix."
  value = merge(
    { for name, alarm in aws_cloudwatch_metric_alarm.this : name => alarm.alarm_name },
    { for name, alarm in aws_cloudwatch_composite_alarm.this : name => alarm.alarm_name },
  )
}
