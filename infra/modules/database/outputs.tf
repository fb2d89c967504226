output "subnet_group" {
  description = "Name of the subnet group."
  value       = aws_db_subnet_group.this.name
}

output "secret_arns" {
  description = "ARNs of the secrets, by name."
  value       = { for name, secret in aws_secretsmanager_secret.this : name => secret.arn }
}
