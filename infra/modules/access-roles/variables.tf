variable "name" {
  description = "Prefix of the names, like shop-prod. The deployer may touch roles of this prefix alone."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,39}$", var.name))
    error_message = "name must be 3 to 40 characters: lower-case letters, digits and hyphens, a letter first."
  }
}

variable "regions" {
  description = "Regions of the estate: outside of them nobody does anything."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.regions) > 0 && alltrue([for region in var.regions : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", region))])
    error_message = "regions must name at least one region, like us-east-1."
  }
}

variable "engineers" {
  description = <<-EOT
    Who is on call: ARNs of the roles that the identity provider gives engineers (with Identity Center: of the permission
    set's role), never of the account's root, which would hand the choice to every policy of the account.
  EOT
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.engineers) > 0 && alltrue([for arn in var.engineers : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(role|user)/.+$", arn))])
    error_message = "engineers must be ARNs of IAM roles or users, one at least."
  }
}

variable "administrators" {
  description = "Who may break the glass: ARNs of roles or users, as few as can be, two at least so that one may be ill."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.administrators) >= 2 && alltrue([for arn in var.administrators : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(role|user)/.+$", arn))])
    error_message = "administrators must be ARNs of IAM roles or users, two at least."
  }
}

variable "require_mfa" {
  description = "Whether people must have shown a second factor to STS. False with Identity Center, which asks for it itself and does not tell STS."
  type        = bool
  nullable    = false
  default     = true
}

variable "host_user" {
  description = "User on the hosts for whom EC2 Instance Connect may push a key."
  type        = string
  nullable    = false
  default     = "oncall"

  validation {
    condition     = can(regex("^[a-z_][a-z0-9_-]{0,31}$", var.host_user)) && var.host_user != "root"
    error_message = "host_user must be the name of a user on the hosts, and not root."
  }
}

variable "state" {
  description = "The bucket of Terraform's state and of the ledger, and its key."
  type = object({
    bucket  = string
    key_arn = string
  })
  nullable = false

  validation {
    condition     = length(var.state.bucket) >= 3 && can(regex("^arn:[a-z-]+:kms:", var.state.key_arn))
    error_message = "state must name the bucket and the ARN of its KMS key."
  }
}

variable "environment_before" {
  description = "Where the application's image comes from, once it has passed there: account and prefix of the names; null where it is built."
  type = object({
    account_id = string
    name       = string
  })
  default = null

  validation {
    condition     = var.environment_before == null || (can(regex("^[0-9]{12}$", var.environment_before.account_id)) && can(regex("^[a-z][a-z0-9-]{2,39}$", var.environment_before.name)))
    error_message = "environment_before must be an account of twelve digits and a name like shop-test."
  }
}

variable "read_session_hours" {
  description = "How long a session of reading lasts: one shift."
  type        = number
  nullable    = false
  default     = 12

  validation {
    condition     = var.read_session_hours >= 1 && var.read_session_hours <= 12
    error_message = "read_session_hours must be between 1 and 12."
  }
}
