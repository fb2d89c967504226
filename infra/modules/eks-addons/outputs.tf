output "cluster_name" {
  description = "Name of the cluster, once its add-ons are there: what takes it from here waits for them."
  value       = one(distinct([for addon in aws_eks_addon.this : addon.cluster_name]))
}
