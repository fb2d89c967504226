variable "name" {
  description = "Prefix of the names, like shop-prod."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,39}$", var.name))
    error_message = "name must be 3 to 40 characters: lower-case letters, digits and hyphens, a letter first."
  }
}

variable "bucket" {
  description = "Bucket of the trail; its policy must let cloudtrail.amazonaws.com write under the prefix cloudtrail/."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.bucket) >= 3
    error_message = "bucket must be the name of a bucket."
  }
}

variable "key_arn" {
  description = "KMS key of the trail and of its log group; its policy must let CloudTrail and CloudWatch Logs use it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:", var.key_arn))
    error_message = "key_arn must be the ARN of a KMS key."
  }
}

variable "retention_days" {
  description = "Days that the trail is kept in CloudWatch, where the console searches it; the bucket keeps it longer."
  type        = number
  nullable    = false
  default     = 365

  validation {
    condition     = contains([365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.retention_days)
    error_message = "retention_days must be a retention that CloudWatch knows, a year or longer."
  }
}

variable "data_buckets" {
  description = "ARNs of the buckets whose single objects are audited: those of state, images and logs."
  type        = set(string)
  nullable    = false
  default     = []

  validation {
    condition     = alltrue([for arn in var.data_buckets : can(regex("^arn:[a-z-]+:s3:::[a-z0-9.-]+$", arn))])
    error_message = "data_buckets must be ARNs of buckets."
  }
}

variable "break_glass_role_arn" {
  description = "Role whose every use raises an alarm."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/.+$", var.break_glass_role_arn))
    error_message = "break_glass_role_arn must be the ARN of an IAM role."
  }
}

variable "topic_arn" {
  description = "SNS topic of the alarms, or null while there is none."
  type        = string

  validation {
    condition     = var.topic_arn == null || can(regex("^arn:[a-z-]+:sns:", var.topic_arn))
    error_message = "topic_arn must be the ARN of an SNS topic, or null."
  }
}

variable "permissions_boundary" {
  description = "ARN of the permissions boundary of the trail's role, or null."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:[a-z-]+:iam::[0-9]{12}:policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary must be the ARN of an IAM policy."
  }
}
