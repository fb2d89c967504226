variable "name" {
  description = "Name of the cluster."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,39}$", var.name))
    error_message = "name must be 3 to 40 characters: lower-case letters, digits and hyphens, a letter first."
  }
}

variable "kubernetes_version" {
  description = "Kubernetes minor version of the control plane, like 1.33. It can be raised one step at a time and never lowered."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^1\\.(3[1-9]|[4-9][0-9])$", var.kubernetes_version))
    error_message = "kubernetes_version must be a minor version from 1.31 on, without a patch level, like \"1.33\"."
  }
}

variable "subnet_ids" {
  description = "Private subnets for the control plane's network interfaces, by availability zone."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids must name subnets in at least two availability zones: EKS refuses fewer."
  }

  validation {
    condition     = alltrue([for zone in keys(var.subnet_ids) : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$", zone))])
    error_message = "The keys of subnet_ids must be availability zones, like us-east-1a."
  }

  validation {
    condition     = length(distinct(values(var.subnet_ids))) == length(var.subnet_ids)
    error_message = "subnet_ids names one subnet for two availability zones."
  }
}

variable "security_group_ids" {
  description = "Security groups of the control plane's network interfaces; they say who reaches the private endpoint."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.security_group_ids) >= 1 && length(var.security_group_ids) <= 5
    error_message = "security_group_ids must name one to five security groups."
  }
}

variable "service_ipv4_cidr" {
  description = "Addresses of the Kubernetes services: private, /16 to /20, outside of every VPC of the estate."
  type        = string
  nullable    = false
  default     = "172.20.0.0/16"

  validation {
    condition = can(cidrhost(var.service_ipv4_cidr, 0)) && can(regex(
      "^(10\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.|192\\.168\\.)[0-9.]+/(1[6-9]|20)$", var.service_ipv4_cidr
    ))
    error_message = "service_ipv4_cidr must be a private IPv4 block (RFC 1918) between /16 and /20."
  }
}

variable "access_entries" {
  description = <<-EOT
    IAM principals that may use the Kubernetes API, by a short name. kubernetes_groups are RBAC groups of our own, bound in
    infra/platform (the managed view policy cannot list nodes, so it is of no use to an on-call engineer).
    policy_associations is for those who must work while RBAC is broken or not there yet: break-glass and the pipeline.
  EOT
  type = map(object({
    principal_arn     = string
    kubernetes_groups = optional(set(string), [])
    policy_associations = optional(map(object({
      policy_arn = string
      namespaces = optional(set(string), [])
    })), {})
  }))
  nullable = false

  validation {
    condition = alltrue([
      for entry in values(var.access_entries) : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(role|user)/.+$", entry.principal_arn))
    ])
    error_message = "Each principal_arn of access_entries must be the ARN of an IAM role or user, and not of a session."
  }

  validation {
    condition = alltrue(flatten([
      for entry in values(var.access_entries) : [
        for group in entry.kubernetes_groups : startswith(group, "quarterdeck:")
      ]
    ]))
    error_message = "kubernetes_groups must be groups of our own, quarterdeck:…; EKS refuses system:, eks:, aws: and iam:."
  }

  validation {
    condition = alltrue([
      for entry in values(var.access_entries) : length(entry.kubernetes_groups) + length(entry.policy_associations) > 0
    ])
    error_message = "An access entry with neither a group nor a policy would let its principal in and show it nothing."
  }

  validation {
    condition     = length(distinct([for entry in values(var.access_entries) : entry.principal_arn])) == length(var.access_entries)
    error_message = "Two access_entries name the same principal_arn: EKS keeps one entry for each principal."
  }
}

variable "secrets_key_arn" {
  description = "KMS key that encrypts the Kubernetes secrets. EKS cannot change it later."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:", var.secrets_key_arn))
    error_message = "secrets_key_arn must be the ARN of a KMS key."
  }
}

variable "log_key_arn" {
  description = "KMS key of the control plane's logs; its policy must let CloudWatch Logs use it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:", var.log_key_arn))
    error_message = "log_key_arn must be the ARN of a KMS key."
  }
}

variable "log_retention_days" {
  description = "Days that the control plane's logs are kept."
  type        = number
  nullable    = false
  default     = 365

  validation {
    condition     = contains([365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a retention that CloudWatch knows, a year or longer: the audit log is among them."
  }
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the cluster and its logs. False only for a one-off copy."
  type        = bool
  nullable    = false
  default     = true
}

variable "permissions_boundary" {
  description = "ARN of the permissions boundary of the cluster's role, or null."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:[a-z-]+:iam::[0-9]{12}:policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary must be the ARN of an IAM policy."
  }
}
