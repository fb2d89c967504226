output "bucket" {
  description = "Name of the bucket."
  value       = aws_s3_bucket.this.bucket
}

output "key_arn" {
  description = "ARN of the KMS key that it is encrypted with."
  value       = aws_kms_key.this.arn
}
