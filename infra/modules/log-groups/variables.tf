variable "log_groups" {
  description = <<-EOT
    Log groups by name: days of retention, and the metric filters on it by the name of the metric. A filter counts what its
    pattern matches; the count is 0, and not missing, while nothing does.
  EOT
  type = map(object({
    retention_days = number
    metric_filters = optional(map(object({
      pattern = string
      value   = optional(string, "1")
      unit    = optional(string, "Count")
    })), {})
  }))
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.log_groups) : can(regex("^/[A-Za-z0-9._/#-]{1,511}$", name))])
    error_message = "A log group's name must begin with a slash and hold letters, digits and ._/#-."
  }

  validation {
    condition = alltrue([
      for group in values(var.log_groups) : contains(
        [7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], group.retention_days
      )
    ])
    error_message = "retention_days must be a retention that CloudWatch knows, a week or longer; nothing is kept for ever."
  }

  validation {
    condition = alltrue(flatten([
      for group in values(var.log_groups) : [for filter in values(group.metric_filters) : length(trimspace(filter.pattern)) > 0]
    ]))
    error_message = "A metric filter needs a pattern: an empty one counts every line."
  }

  validation {
    condition = length(flatten([for group in values(var.log_groups) : keys(group.metric_filters)])) == length(distinct(
      flatten([for group in values(var.log_groups) : keys(group.metric_filters)])
    ))
    error_message = "Two metric filters bear one name: their counts would be one metric."
  }
}

variable "namespace" {
  description = "Namespace of the metrics that the filters make."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._/#-]{1,255}$", var.namespace)) && !startswith(var.namespace, "AWS/")
    error_message = "namespace must be letters, digits and ._/#-, and must not begin with AWS/."
  }
}

variable "key_arn" {
  description = "KMS key of the log groups; its policy must let CloudWatch Logs use it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:", var.key_arn))
    error_message = "key_arn must be the ARN of a KMS key."
  }
}

variable "keep" {
  description = "Whether the groups stay, with what is in them, when Terraform lets go of them. False only for a one-off copy."
  type        = bool
  nullable    = false
  default     = true
}
