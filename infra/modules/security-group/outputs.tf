output "security_group_id" {
  description = "Id of the group."
  value       = aws_security_group.this.id
}

output "rules" {
  description = "What it lets through, a line for each rule: direction → protocol, ports, and from or to whom."
  value = {
    ingress = sort([for rule in aws_vpc_security_group_ingress_rule.this : "${rule.ip_protocol} ${rule.from_port}-${rule.to_port} ${coalesce(rule.cidr_ipv4, rule.prefix_list_id, rule.referenced_security_group_id)}"])
    egress  = sort([for rule in aws_vpc_security_group_egress_rule.this : "${rule.ip_protocol} ${rule.from_port}-${rule.to_port} ${coalesce(rule.cidr_ipv4, rule.prefix_list_id, rule.referenced_security_group_id)}"])
  }
}
