output "names" {
  description = "Names of the log groups, by themselves: whoever takes one from here waits for it."
  value       = { for name, group in aws_cloudwatch_log_group.this : name => group.name }
}

output "arns" {
  description = "ARNs of the log groups, by name, without \":*\"."
  value       = { for name, group in aws_cloudwatch_log_group.this : name => group.arn }
}
