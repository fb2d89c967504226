variable "service" {
  description = "First part of the name that the world uses, before the hosted zone's."
  type        = string
  default     = "app"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*$", var.service))
    error_message = "service must be small letters, digits and dashes."
  }
}

variable "vpn" {
  description = <<-END
    How engineers come in: `saml_provider_arn` and `groups` (name → the directory's id of it), or `root_certificate_arns` (region →
    ACM certificate of the authority that signs engineers' certificates).
  END
  type = object({
    saml_provider_arn     = optional(string)
    groups                = optional(map(string), {})
    root_certificate_arns = optional(map(string), {})
    session_timeout_hours = optional(number, 8)
  })
  nullable = false

  validation {
    condition     = var.vpn.saml_provider_arn == null || length(var.vpn.groups) > 0
    error_message = "With SAML, groups must name at least one group: nobody gets in for being in the directory."
  }

  validation {
    condition     = var.vpn.saml_provider_arn != null || length(setsubtract(keys(var.regions), keys(var.vpn.root_certificate_arns))) == 0
    error_message = "With mutual TLS, root_certificate_arns must have a certificate for each region."
  }

  validation {
    condition     = var.environment != "prod" || var.vpn.saml_provider_arn != null
    error_message = "prod is entered by the directory's groups (SAML): a certificate says who, but not that they still may."
  }
}

variable "bastion_instance_type" {
  description = "Instance type of the bastions."
  type        = string
  default     = "t3.small"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9-]+\\.[a-z0-9-]+$", var.bastion_instance_type))
    error_message = "bastion_instance_type must be an instance type."
  }

  # clamscan holds its signatures, 1.2 GB of them, in memory
  validation {
    condition     = !can(regex("\\.(nano|micro)$", var.bastion_instance_type))
    error_message = "bastion_instance_type must have 2 GB of memory or more, as from t3.small on: the scan for malware needs 1.2 GB."
  }
}

variable "health_interval_seconds" {
  description = "How often Route 53 asks whether the region serves."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains([10, 30], var.health_interval_seconds)
    error_message = "health_interval_seconds must be 10 or 30."
  }
}
