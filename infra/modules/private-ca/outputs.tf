output "arn" {
  description = "ARN of the authority, once it can issue."
  value       = aws_acmpca_certificate_authority_certificate.root.certificate_authority_arn
}

output "certificate" {
  description = "Certificate of the authority, PEM: what every host trusts."
  value       = aws_acmpca_certificate.root.certificate
}
