variable "role_name" {
  description = "Role of the hosts that gets the policy."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.role_name) > 0
    error_message = "role_name must be the name of a role."
  }
}

variable "agents" {
  description = <<-EOT
    What the agents of a host reach: the log groups that they write to (ARNs without ":*"), the namespace of their metrics, the
    bucket that malware signatures and the list of revoked keys are mirrored to, and the key of that bucket.
  EOT
  type = object({
    log_group_arns   = list(string)
    metric_namespace = optional(string, "Estate/Hosts")
    mirror           = string
    mirror_key_arn   = string
  })
  nullable = false

  validation {
    condition     = length(var.agents.log_group_arns) > 0 && alltrue([for arn in var.agents.log_group_arns : can(regex("^arn:[a-z-]+:logs:.+:log-group:[^*]+$", arn))])
    error_message = "agents.log_group_arns must be ARNs of log groups, without \":*\": a host that logs nowhere is not audited."
  }

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.agents.mirror))
    error_message = "agents.mirror must be the name of a bucket."
  }

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:", var.agents.mirror_key_arn))
    error_message = "agents.mirror_key_arn must be the ARN of a KMS key."
  }
}
