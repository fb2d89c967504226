output "role_arn" {
  description = "Role of the runners."
  value       = aws_iam_role.runner.arn
}

output "becomes" {
  description = "ARNs of the roles that the fleet can become."
  value       = compact([var.roles.pipeline, var.roles.deploy])
}

output "token_secret" {
  description = "Name of the secret that the runner's token has to be put into."
  value       = aws_secretsmanager_secret.token.name
}

output "autoscaling_group_name" {
  description = "Name of the runners' Auto Scaling group."
  value       = aws_autoscaling_group.runner.name
}
