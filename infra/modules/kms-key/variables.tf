variable "name" {
  description = "Alias of the key, without alias/."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9/_-]{1,200}$", var.name)) && !startswith(var.name, "aws/")
    error_message = "name must be letters, digits and /_-, and must not begin with aws/."
  }
}

variable "description" {
  description = "What the key encrypts."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.description) > 0
    error_message = "description must say what the key encrypts."
  }
}

variable "signs" {
  description = "Whether the key signs (elliptic curve P-256, as DNSSEC wants it) and does not encrypt. Such a key cannot rotate by itself."
  type        = bool
  nullable    = false
  default     = false
}

variable "services" {
  description = <<-EOT
    Services of AWS that use the key themselves, by a short name: their principal, and the condition that holds them to this
    account's things. Services that use a key in the name of who calls them (EBS, S3, Secrets Manager) need no entry.
  EOT
  type = map(object({
    principal = string
    actions   = optional(list(string), ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"])
    condition = map(map(list(string)))
  }))
  nullable = false
  default  = {}

  validation {
    condition     = alltrue([for service in values(var.services) : endswith(service.principal, ".amazonaws.com")])
    error_message = "principal of a service must be like logs.us-east-1.amazonaws.com."
  }

  validation {
    condition     = alltrue([for service in values(var.services) : length(service.condition) > 0])
    error_message = "A service needs a condition: without one, another account could make it use the key."
  }
}

variable "verifiers" {
  description = "ARNs of roles, of other accounts too, that may check what the key signed."
  type        = set(string)
  nullable    = false
  default     = []

  validation {
    condition     = alltrue([for arn in var.verifiers : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/.+$", arn))])
    error_message = "verifiers must be ARNs of IAM roles."
  }
}

variable "granted_roles" {
  description = "ARNs of the roles that use the key and hand it on by grants to AWS: the Auto Scaling service's, for volumes."
  type        = set(string)
  nullable    = false
  default     = []

  validation {
    condition     = alltrue([for arn in var.granted_roles : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/.+$", arn))])
    error_message = "granted_roles must be ARNs of IAM roles."
  }
}

variable "deletion_window_days" {
  description = "Days between the order to delete the key and its end."
  type        = number
  nullable    = false
  default     = 30

  validation {
    condition     = var.deletion_window_days >= 7 && var.deletion_window_days <= 30
    error_message = "deletion_window_days must be between 7 and 30."
  }
}
