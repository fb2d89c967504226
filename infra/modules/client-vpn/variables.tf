variable "name" {
  description = "Prefix of names, e.g. shop-prod."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}$", var.name))
    error_message = "name must be small letters, digits and dashes, at most 31."
  }
}

variable "client_cidr_block" {
  description = "From where clients get their addresses."
  type        = string
  nullable    = false

  validation {
    condition     = can(cidrhost(var.client_cidr_block, 0)) && try(tonumber(split("/", var.client_cidr_block)[1]) >= 12 && tonumber(split("/", var.client_cidr_block)[1]) <= 22, false)
    error_message = "client_cidr_block must be a block between /12 and /22: AWS takes no other."
  }
}

variable "vpc_id" {
  description = "The Security VPC."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.vpc_id) > 0
    error_message = "vpc_id must not be empty."
  }
}

variable "subnet_ids" {
  description = "Zone → subnet that the endpoint is associated with."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "The endpoint needs an association in two zones at least, or one zone's end shuts everybody out."
  }
}

variable "security_group_ids" {
  description = "Groups of the endpoint's interfaces."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.security_group_ids) > 0
    error_message = "Without a group AWS takes the VPC's default one, which lets nothing through."
  }
}

variable "server_certificate_arn" {
  description = "The endpoint's certificate, in ACM."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:acm:", var.server_certificate_arn))
    error_message = "server_certificate_arn must be the ARN of a certificate in ACM."
  }
}

variable "authentication" {
  description = "How engineers show who they are: `saml_provider_arn` (their directory, by groups) or `root_certificate_arn` (a certificate each, mutual TLS)."
  type = object({
    saml_provider_arn    = optional(string)
    root_certificate_arn = optional(string)
  })
  nullable = false

  validation {
    condition     = (var.authentication.saml_provider_arn == null) != (var.authentication.root_certificate_arn == null)
    error_message = "Give either saml_provider_arn or root_certificate_arn."
  }
}

variable "authorization" {
  description = "What may be reached and by whom: key → block, and the directory's group (SAML) or null (mutual TLS knows no groups)."
  type = map(object({
    cidr        = string
    group       = optional(string)
    description = string
  }))
  nullable = false

  validation {
    condition     = length(var.authorization) > 0 && alltrue([for one in values(var.authorization) : can(cidrhost(one.cidr, 0)) && !endswith(one.cidr, "/0")])
    error_message = "Each rule needs a block, and none is for everything: the tunnel is for the estate only."
  }

  validation {
    condition     = alltrue([for one in values(var.authorization) : (one.group != null) == (var.authentication.saml_provider_arn != null)])
    error_message = "With SAML each rule names a group (nobody gets in for being in the directory); with mutual TLS there are no groups."
  }
}

variable "routes" {
  description = "Blocks beyond the VPC that the tunnel leads to: key → CIDR (the other regions' bastions, by peering)."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for cidr in values(var.routes) : can(cidrhost(cidr, 0)) && !endswith(cidr, "/0")])
    error_message = "routes must be CIDR blocks, none of them everything: the tunnel is split."
  }
}

variable "session_timeout_hours" {
  description = "After how long engineers show again who they are."
  type        = number
  default     = 8
  nullable    = false

  validation {
    condition     = contains([8, 10, 12], var.session_timeout_hours)
    error_message = "session_timeout_hours must be 8, 10 or 12: a shift."
  }
}

variable "banner" {
  description = "What the client shows after connecting."
  type        = string
  default     = "What you do here is recorded."
  nullable    = false

  validation {
    condition     = length(var.banner) > 0 && length(var.banner) <= 1400
    error_message = "banner must have 1 to 1400 characters."
  }
}

variable "log_retention_days" {
  description = "How long the log of connections is kept."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([365, 400, 545, 731, 1096, 1827], var.log_retention_days)
    error_message = "Who was connected when is kept for a year at least: 365, 400, 545, 731, 1096 or 1827 days."
  }
}

variable "log_key_arn" {
  description = "KMS key of the log of connections."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:", var.log_key_arn))
    error_message = "log_key_arn must be the ARN of a KMS key."
  }
}

variable "keep_log" {
  description = "Whether the log of connections outlives the endpoint, and AWS refuses to delete it. False only for a one-off copy."
  type        = bool
  default     = true
  nullable    = false
}
