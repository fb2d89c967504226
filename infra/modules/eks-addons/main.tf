resource "aws_eks_addon" "this" {
  for_each = var.addons

  cluster_name         = var.cluster_name
  addon_name           = each.key
  addon_version        = each.value.addon_version
  configuration_values = each.value.configuration_values

  # What the add-on runs stays in the cluster when the add-on is given up: without the CNI no pod would start.
  preserve = true

  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "PRESERVE"

  dynamic "pod_identity_association" {
    for_each = each.value.pod_identity_associations

    content {
      service_account = pod_identity_association.key
      role_arn        = pod_identity_association.value
    }
  }
}
