output "arn" {
  description = "ARN of the topic; whoever takes it from here waits for the policy."
  value       = aws_sns_topic_policy.this.arn
}
