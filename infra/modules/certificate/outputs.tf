output "arn" {
  description = "ARN of the certificate, once issued."
  value       = aws_acm_certificate_validation.this.certificate_arn
}

output "proof" {
  description = "Names of the records that prove the name; none where another call writes them."
  value       = [for one in aws_route53_record.proof : one.name]
}
