output "names" {
  description = "Name of the node group of each availability zone."
  value       = { for zone, group in aws_eks_node_group.this : zone => group.node_group_name }
}

output "autoscaling_group_names" {
  description = "Name of the Auto Scaling group of each availability zone."
  value       = { for zone, group in aws_eks_node_group.this : zone => group.resources[0].autoscaling_groups[0].name }
}

output "role_arn" {
  description = "ARN of the nodes' role."
  value       = aws_iam_role.node.arn
}
