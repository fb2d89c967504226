output "peering_id" {
  description = "Id of the peering, once accepted."
  value       = aws_vpc_peering_connection_accepter.this.id
}
