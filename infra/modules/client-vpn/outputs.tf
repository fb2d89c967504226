output "endpoint_id" {
  description = "Id of the endpoint."
  value       = aws_ec2_client_vpn_endpoint.this.id
}

output "dns_name" {
  description = "Name that clients connect to."
  value       = aws_ec2_client_vpn_endpoint.this.dns_name
}

output "self_service_portal_url" {
  description = "Where engineers get client and configuration (SAML only)."
  value       = local.saml ? aws_ec2_client_vpn_endpoint.this.self_service_portal_url : null
}

output "log_group_name" {
  description = "Log group of the connections."
  value       = aws_cloudwatch_log_group.this.name
}
