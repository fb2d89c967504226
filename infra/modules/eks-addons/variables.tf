variable "cluster_name" {
  description = "Cluster that the add-ons are for."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.cluster_name) > 0
    error_message = "cluster_name must not be empty."
  }
}

variable "addons" {
  description = <<-EOT
    EKS add-ons by name. addon_version null takes AWS's default for the cluster's version: name one outside of development.
    configuration_values is JSON. pod_identity_associations: service account to the ARN of its role.
  EOT
  type = map(object({
    addon_version             = optional(string)
    configuration_values      = optional(string)
    pod_identity_associations = optional(map(string), {})
  }))
  nullable = false

  validation {
    condition = alltrue([
      for addon in values(var.addons) : addon.configuration_values == null || can(jsondecode(addon.configuration_values))
    ])
    error_message = "configuration_values of an add-on must be JSON."
  }

  validation {
    condition = alltrue([
      for addon in values(var.addons) :
      addon.addon_version == null || can(regex("^v[0-9]+\\.[0-9]+\\.[0-9]+-eksbuild\\.[0-9]+$", addon.addon_version))
    ])
    error_message = "addon_version must be like v1.20.4-eksbuild.1."
  }

  validation {
    condition = alltrue(flatten([
      for addon in values(var.addons) : [
        for arn in values(addon.pod_identity_associations) : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/.+$", arn))
      ]
    ]))
    error_message = "The values of pod_identity_associations must be ARNs of IAM roles."
  }

  validation {
    condition = !contains(keys(var.addons), "vpc-cni") || try(
      tostring(jsondecode(var.addons["vpc-cni"].configuration_values).enableNetworkPolicy) == "true", false
    )
    error_message = "vpc-cni must have enableNetworkPolicy: it is what enforces the network policies of the chart."
  }
}
