output "trail_arn" {
  description = "ARN of the trail."
  value       = aws_cloudtrail.this.arn
}

output "log_group_name" {
  description = "Log group of the trail."
  value       = aws_cloudwatch_log_group.trail.name
}

output "alarm_names" {
  description = "Names of the alarms, by what they watch."
  value       = { for what, alarm in aws_cloudwatch_metric_alarm.watched : what => alarm.alarm_name }
}
