output "health_check_id" {
  description = "Id of the health check; its metrics and alarms are in us-east-1."
  value       = aws_route53_health_check.this.id
}
