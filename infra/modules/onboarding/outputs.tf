output "role_arn" {
  description = "Role that the engineer takes, in all regions: role_arn of a profile in ~/.aws/config."
  value       = local.role_arn
}

output "kubernetes_groups" {
  description = "Groups that the engineer is in, in the cluster."
  value       = var.active ? local.groups : []
}
