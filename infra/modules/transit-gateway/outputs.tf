output "transit_gateway_id" {
  description = "Id of the transit gateway."
  value       = aws_ec2_transit_gateway.this.id
}

output "attachment_ids" {
  description = "Segment → id of its VPC's attachment."
  value       = { for segment, one in aws_ec2_transit_gateway_vpc_attachment.this : segment => one.id }
}

output "route_table_ids" {
  description = "Segment → id of its route table in the gateway."
  value       = { for segment, one in aws_ec2_transit_gateway_route_table.this : segment => one.id }
}
