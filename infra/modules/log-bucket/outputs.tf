output "name" {
  description = "Name of the bucket; whoever takes it from here waits for the policy."
  value       = aws_s3_bucket_policy.this.bucket
}

output "arn" {
  description = "ARN of the bucket."
  value       = local.arn
}
