output "password_length" {
  description = "Length that a password needs."
  value       = aws_iam_account_password_policy.this.minimum_password_length
}
