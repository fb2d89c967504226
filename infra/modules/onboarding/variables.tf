variable "name" {
  description = "Prefix of the estate's names, like shop-prod."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,39}$", var.name))
    error_message = "name must be 3 to 40 characters: lower-case letters, digits and hyphens, a letter first."
  }
}

variable "engineer" {
  description = "Short name of the engineer; it is in the role's name, and so in every line of the audit."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,19}$", var.engineer))
    error_message = "engineer must be 2 to 20 lower-case letters and digits, a letter first."
  }
}

variable "principal_arn" {
  description = "Who the engineer is before taking the role: the ARN of the role that the identity provider gives, or of a user."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(role|user)/.+$", var.principal_arn))
    error_message = "principal_arn must be the ARN of an IAM role or user, and not of the account or a session."
  }
}

variable "session_name" {
  description = "Name of the engineer's sessions at the identity provider, mostly the mail address, where many share one principal_arn; null where the principal is the engineer's alone."
  type        = string
  default     = null

  validation {
    condition     = var.session_name == null || can(regex("^[A-Za-z0-9+=,.@_-]{2,64}$", var.session_name))
    error_message = "session_name must be a name that STS takes for a session: 2 to 64 letters, digits and +=,.@_-."
  }
}

variable "level" {
  description = "read: sees, and logs in to hosts. act: mends too."
  type        = string
  nullable    = false
  default     = "read"

  validation {
    condition     = contains(["read", "act"], var.level)
    error_message = "level must be read or act."
  }
}

variable "expires_on" {
  description = "Until when, in UTC, like 2027-03-31T18:00:00Z: from then on every call is denied, whether or not Terraform ran. Null for no end."
  type        = string
  default     = null

  validation {
    condition     = var.expires_on == null || can(regex("^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z$", var.expires_on))
    error_message = "expires_on must be a moment in UTC, like 2027-03-31T18:00:00Z."
  }
}

variable "revoked_before" {
  description = "Sessions that began before this moment (UTC) are worth nothing any more: for a stolen laptop, and for who has left. Null for none."
  type        = string
  default     = null

  validation {
    condition     = var.revoked_before == null || can(regex("^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z$", var.revoked_before))
    error_message = "revoked_before must be a moment in UTC, like 2027-03-31T18:00:00Z."
  }
}

variable "active" {
  description = "False once the engineer has left: nobody can take the role, VPN and cluster let the engineer in no more. The role stays until its last session is over, to deny it."
  type        = bool
  nullable    = false
  default     = true

  validation {
    condition     = var.active || var.revoked_before != null
    error_message = "Who has left still has sessions: give revoked_before too, the moment of leaving."
  }
}

variable "role_here" {
  description = "Whether the role is made here: IAM has no region, so in the primary one alone."
  type        = bool
  nullable    = false
}

variable "cluster_name" {
  description = "Cluster of this region whose API the engineer may use."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.cluster_name) > 0
    error_message = "cluster_name must not be empty."
  }
}

variable "vpn" {
  description = <<-EOT
    The Client VPN endpoint of this region, and the blocks that the engineer's group of the directory may reach through it (key → CIDR).
    Null where the engineer comes by a group that has its rules already, or by a certificate: mutual TLS knows no groups.
  EOT
  type = object({
    endpoint_id = string
    group_id    = string
    cidrs       = map(string)
  })
  default = null

  validation {
    condition     = var.vpn == null || try(startswith(var.vpn.endpoint_id, "cvpn-endpoint-") && length(var.vpn.group_id) > 0, false)
    error_message = "vpn must hold the id of a Client VPN endpoint and of a group."
  }

  validation {
    condition     = var.vpn == null || try(alltrue([for cidr in values(var.vpn.cidrs) : can(regex("/(2[0-9]|3[0-2])$", cidr))]), false)
    error_message = "vpn.cidrs must be /20 or narrower: the VPN leads to bastions, and to nothing else."
  }
}

variable "permissions_boundary" {
  description = "ARN of the permissions boundary of the role."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:iam::[0-9]{12}:policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary must be the ARN of an IAM policy."
  }
}
