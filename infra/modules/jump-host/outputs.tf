output "autoscaling_group_names" {
  description = "Name of the Auto Scaling group of each availability zone."
  value       = { for zone, group in aws_autoscaling_group.jump : zone => group.name }
}

output "role_arn" {
  description = "ARN of the hosts' role."
  value       = aws_iam_role.jump.arn
}
