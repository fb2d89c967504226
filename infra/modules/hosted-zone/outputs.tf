output "id" {
  description = "Id of the zone."
  value       = aws_route53_zone.this.zone_id
}

output "name" {
  description = "Domain of the zone."
  value       = aws_route53_zone.this.name
}

output "name_servers" {
  description = "Servers that the parent delegates to."
  value       = aws_route53_zone.this.name_servers
}

output "ds_record" {
  description = "DS record for the parent, or null if the zone is not signed."
  value       = one([for key in values(aws_route53_key_signing_key.this) : key.ds_record])
}
