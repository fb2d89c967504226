variable "name" {
  description = "Name of the role."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{3,64}$", var.name))
    error_message = "name must be a name that IAM takes for a role: 3 to 64 letters, digits and +=,.@_-."
  }
}

variable "description" {
  description = "What the pods use the role for."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.description) > 0
    error_message = "description must say what the role is for."
  }
}

variable "cluster_arn" {
  description = "ARN of the cluster whose pods may take the role, and no other cluster's."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:eks:[a-z0-9-]+:[0-9]{12}:cluster/.+$", var.cluster_arn))
    error_message = "cluster_arn must be the ARN of an EKS cluster."
  }
}

variable "cluster_name" {
  description = "Name of that cluster as the module eks gives it out, so that the association waits for the cluster; the trust does not need to."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.cluster_name) > 0
    error_message = "cluster_name must not be empty."
  }
}

variable "service_account" {
  description = "Namespace and service account that get the role; null where the association is made with an add-on."
  type = object({
    namespace = string
    name      = string
  })

  validation {
    condition = var.service_account == null || can(
      regex("^[a-z0-9]([a-z0-9-]*[a-z0-9])?/[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", "${var.service_account.namespace}/${var.service_account.name}")
    )
    error_message = "service_account must hold names that Kubernetes takes: lower-case letters, digits and hyphens."
  }
}

variable "statements" {
  description = "Statements of the role's policy; empty if managed policies are enough."
  type = list(object({
    actions   = list(string)
    resources = list(string)
    condition = optional(map(map(list(string))), {})
  }))
  nullable = false
  default  = []

  validation {
    condition     = alltrue([for statement in var.statements : alltrue([for action in statement.actions : can(regex("^[a-z0-9-]+:[A-Za-z]+", action))])])
    error_message = "A statement must name its actions as service:Action…; \"*\" or \"service:*\" is not least privilege."
  }
}

variable "managed_policy_arns" {
  description = "Managed policies of the role."
  type        = set(string)
  nullable    = false
  default     = []

  validation {
    condition     = alltrue([for arn in var.managed_policy_arns : can(regex("^arn:[a-z-]+:iam::(aws|[0-9]{12}):policy/.+$", arn))])
    error_message = "managed_policy_arns must be ARNs of IAM policies."
  }

  validation {
    condition     = alltrue([for arn in var.managed_policy_arns : !endswith(arn, "/AdministratorAccess") && !endswith(arn, "FullAccess")])
    error_message = "managed_policy_arns must not hold AdministratorAccess or a FullAccess policy: a pod does one thing."
  }
}

variable "permissions_boundary" {
  description = "ARN of the permissions boundary of the role, or null."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:[a-z-]+:iam::[0-9]{12}:policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary must be the ARN of an IAM policy."
  }
}
