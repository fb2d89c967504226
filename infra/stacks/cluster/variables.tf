variable "kubernetes_version" {
  description = "Kubernetes minor version of the control plane. It can be raised one step at a time and never lowered."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^1\\.(3[1-9]|[4-9][0-9])$", var.kubernetes_version))
    error_message = "kubernetes_version must be a minor version from 1.31 on, without a patch level, like \"1.33\"."
  }
}

variable "nodes" {
  description = "Nodes of each zone: instance types, the one to prefer first, and between how many the autoscaler decides."
  type = object({
    instance_types = list(string)
    min_size       = number
    max_size       = number
    capacity_type  = optional(string, "ON_DEMAND")
  })
  nullable = false

  validation {
    condition     = var.nodes.min_size >= 1 && var.nodes.max_size > var.nodes.min_size
    error_message = "nodes must have a min_size of 1 or more and a larger max_size."
  }

  validation {
    condition     = var.environment != "prod" || var.nodes.capacity_type == "ON_DEMAND"
    error_message = "Prod does not run on capacity that AWS may take back: capacity_type must be ON_DEMAND."
  }
}

variable "jump_instance_type" {
  description = "Instance type of the jump hosts."
  type        = string
  nullable    = false
  default     = "t3.small"

  validation {
    condition     = can(regex("^[a-z0-9-]+\\.[a-z0-9-]+$", var.jump_instance_type))
    error_message = "jump_instance_type must be an instance type, like t3.small."
  }

  # clamscan holds its signatures, 1.2 GB of them, in memory
  validation {
    condition     = !can(regex("\\.(nano|micro)$", var.jump_instance_type))
    error_message = "jump_instance_type must have 2 GB of memory or more, as from t3.small on: the scan for malware needs 1.2 GB."
  }
}

variable "addon_versions" {
  description = "Versions of the add-ons, by name; one that is not named gets AWS's default for the cluster's version."
  type        = map(string)
  nullable    = false
  default     = {}

  validation {
    condition     = var.environment != "prod" || length(setsubtract(["vpc-cni", "coredns", "kube-proxy", "eks-pod-identity-agent"], keys(var.addon_versions))) == 0
    error_message = "In prod addon_versions must name vpc-cni, coredns, kube-proxy and eks-pod-identity-agent: an apply must not bring a version that test did not have."
  }
}

variable "log_retention_days" {
  description = "Days that the logs of pods and nodes are kept; those of the control plane a year at least."
  type        = number
  nullable    = false
  default     = 30

  validation {
    condition     = contains([7, 14, 30, 60, 90, 120, 150, 180, 365, 400], var.log_retention_days)
    error_message = "log_retention_days must be a retention that CloudWatch knows, between 7 and 400."
  }
}

variable "app" {
  description = "Where the app's chart is installed: its namespace and the name of the release, which its service accounts bear."
  type = object({
    namespace = string
    release   = string
  })
  nullable = false
  default  = { namespace = "web", release = "shop" }

  validation {
    condition     = alltrue([for name in [var.app.namespace, var.app.release] : can(regex("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", name))])
    error_message = "app must hold names that Kubernetes takes."
  }
}

variable "secrets" {
  description = "Secrets of the app in Secrets Manager, by name: what each is."
  type        = map(string)
  nullable    = false
  default     = { database = "User and password of the app's database" }

  validation {
    condition     = alltrue([for name in keys(var.secrets) : can(regex("^[a-z][a-z0-9-]*$", name))])
    error_message = "Names of secrets must be lower-case letters, digits and hyphens."
  }
}
