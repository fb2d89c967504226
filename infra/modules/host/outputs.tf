output "autoscaling_group_names" {
  description = "Zone → name of its Auto Scaling group."
  value       = { for zone, one in aws_autoscaling_group.this : zone => one.name }
}
