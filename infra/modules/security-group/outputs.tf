output "security_group_id" {
  description = "Id of the group."
  value       = aws_security_group.this.id
}
