output "autoscaling_group_names" {
  description = "Zone → name of its Auto Scaling group."
  value       = { for zone, one in aws_autoscaling_group.this : zone => one.name }
}

output "role_arn" {
  description = "ARN of the hosts' role."
  value       = aws_iam_role.this.arn
}
