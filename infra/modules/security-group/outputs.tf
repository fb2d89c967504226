output "security_group_id" {
  description = "Id of the group, once its rules stand."
  value       = aws_security_group.this.id

  depends_on = [aws_vpc_security_group_rules_exclusive.this]
}
