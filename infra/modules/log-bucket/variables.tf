variable "name" {
  description = "Name of the bucket, unique in the whole of AWS: end it with the account and the region."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 63 lower-case letters, digits and hyphens (no dots: they break TLS)."
  }
}

variable "key_arn" {
  description = "KMS key of the objects, or null for S3's own: load balancers and S3 access logs cannot write with a key of ours."
  type        = string

  validation {
    condition     = var.key_arn == null || can(regex("^arn:[a-z-]+:kms:", var.key_arn))
    error_message = "key_arn must be the ARN of a KMS key, or null."
  }
}

variable "writers" {
  description = <<-EOT
    Services of AWS that write into the bucket, by a short name: their principal, the prefix that they may write to, and
    whether they read the bucket's ACL first. Each is held to this account.
  EOT
  type = map(object({
    principal = string
    prefix    = string
    reads_acl = optional(bool, false)
  }))
  nullable = false
  default  = {}

  validation {
    condition = alltrue([
      for writer in values(var.writers) : endswith(writer.principal, ".amazonaws.com") && !startswith(writer.prefix, "/")
    ])
    error_message = "A writer needs a service's principal and a prefix that does not begin with a slash."
  }
}

variable "retention_days" {
  description = "Days after which objects are gone; null keeps them for ever. Old versions go after a month in any case."
  type        = number

  validation {
    condition     = var.retention_days == null || try(var.retention_days >= 90 && var.retention_days <= 3653, false)
    error_message = "retention_days must be between 90 and 3653, or null."
  }
}

variable "archive_after_days" {
  description = "Days after which objects go to a cheaper class; null keeps them where they are."
  type        = number
  default     = 90

  validation {
    condition     = var.archive_after_days == null || try(var.archive_after_days >= 30, false)
    error_message = "archive_after_days must be 30 or more: S3 takes no earlier move."
  }
}

variable "locked_days" {
  description = "Days for which nobody, the account's root included, can delete or change an object; 0 for no lock. It can only be set when the bucket is made."
  type        = number
  nullable    = false
  default     = 0

  validation {
    condition     = var.locked_days >= 0 && var.locked_days <= 3653
    error_message = "locked_days must be between 0 and 3653."
  }
}

variable "access_log" {
  description = "Bucket for the log of who reads this one; null for the bucket that takes such logs itself."
  type = object({
    bucket = string
  })

  validation {
    condition     = var.access_log == null || try(length(var.access_log.bucket) >= 3, false)
    error_message = "access_log.bucket must be the name of a bucket."
  }
}
