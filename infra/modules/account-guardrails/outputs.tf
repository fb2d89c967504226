output "service_linked_role_arns" {
  description = "ARNs of the services' own roles, by service."
  value       = { for service, role in aws_iam_service_linked_role.this : service => role.arn }
}
