output "vpc_id" {
  description = "Id of the VPC."
  value       = aws_vpc.this.id
}

output "vpc_cidr_block" {
  description = "The VPC's block."
  value       = aws_vpc.this.cidr_block
}

output "subnet_ids" {
  description = "Tier → zone → subnet id."
  value       = { for tier in keys(var.tiers) : tier => { for zone in var.zones : zone => aws_subnet.this["${tier}/${zone}"].id } }
}

output "route_table_ids" {
  description = "Tier → ids of its route tables; empty for a tier that uses the VPC's main table."
  value       = { for tier in keys(var.tiers) : tier => [for key, one in local.tables : aws_route_table.this[key].id if one.tier == tier] }
}

output "nat_gateway_ids" {
  description = "Zone → id of its NAT gateway, for alarms."
  value       = { for zone, one in aws_nat_gateway.this : zone => one.id }
}

output "nat_public_ips" {
  description = "Zone → public address of its NAT gateway."
  value       = { for zone, one in aws_eip.nat : zone => one.public_ip }
}
