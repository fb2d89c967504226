output "ids" {
  description = "Service → id of its endpoint, s3 among them."
  value       = merge({ for service, one in aws_vpc_endpoint.interface : service => one.id }, { s3 = aws_vpc_endpoint.s3.id })
}

output "s3_prefix_list_id" {
  description = "Id of the prefix list of S3 in this region, for rules of security groups."
  value       = aws_vpc_endpoint.s3.prefix_list_id
}
