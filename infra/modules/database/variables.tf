variable "name" {
  description = "Name of the subnet group, and first part of the secrets' names."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,60}$", var.name))
    error_message = "name must be 3 to 61 lower-case letters, digits and hyphens, a letter first."
  }
}

variable "subnet_ids" {
  description = "Database subnet of each availability zone: those without any route out."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids must name at least two availability zones: RDS refuses fewer."
  }
}

variable "secrets" {
  description = "Secrets of the application, by name: what each is. Only the shell is made here; the value is put by who has it, and never passes Terraform."
  type        = map(string)
  nullable    = false
  default     = {}

  validation {
    condition     = alltrue([for name, what in var.secrets : can(regex("^[a-z][a-z0-9-]{0,60}$", name)) && length(what) > 0])
    error_message = "A secret needs a name of lower-case letters, digits and hyphens, and a word on what it is."
  }
}

variable "key_arn" {
  description = "KMS key of the secrets."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:", var.key_arn))
    error_message = "key_arn must be the ARN of a KMS key."
  }
}

variable "recovery_window_days" {
  description = "Days that a deleted secret can be had back; 0 for a one-off copy, whose name has to be free at once."
  type        = number
  nullable    = false
  default     = 30

  validation {
    condition     = var.recovery_window_days == 0 || (var.recovery_window_days >= 7 && var.recovery_window_days <= 30)
    error_message = "recovery_window_days must be 0, or between 7 and 30."
  }
}
