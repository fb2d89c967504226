variable "domain" {
  description = "Domain of the environment's hosted zone."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "domain must be a domain in lower case, without a dot at its end."
  }
}

variable "people" {
  description = <<-EOT
    Who takes which role: ARNs of the roles that the identity provider gives to engineers and to administrators. require_mfa is
    false with Identity Center, which asks for the second factor itself and does not tell STS.
  EOT
  type = object({
    engineers      = set(string)
    administrators = set(string)
    require_mfa    = optional(bool, true)
  })
  nullable = false

  validation {
    condition     = length(var.people.engineers) > 0 && length(var.people.administrators) >= 2
    error_message = "people must name one role of engineers at least, and two of administrators."
  }
}

variable "host_user" {
  description = "User on the hosts for whom EC2 Instance Connect may push a key; the images have it."
  type        = string
  nullable    = false
  default     = "oncall"

  validation {
    condition     = can(regex("^[a-z_][a-z0-9_-]{0,31}$", var.host_user)) && var.host_user != "root"
    error_message = "host_user must be the name of a user on the hosts, and not root."
  }
}

variable "retention_days" {
  description = "Days that is kept: logs of flows, load balancers and hosts; the audit."
  type = object({
    logs  = number
    hosts = number
    audit = number
  })
  nullable = false

  validation {
    condition     = var.retention_days.audit >= var.retention_days.logs
    error_message = "The audit must be kept at least as long as other logs."
  }
}

variable "audit_locked_days" {
  description = "Days for which nobody can delete the audit; 0 for no lock."
  type        = number
  nullable    = false
  default     = 0

  validation {
    condition     = var.audit_locked_days >= 0 && var.audit_locked_days <= 3653
    error_message = "audit_locked_days must be between 0 and 3653."
  }
}

variable "security_contacts" {
  description = "Who hears of findings of security, by a short name."
  type = map(object({
    protocol = string
    endpoint = string
  }))
  nullable = false

  validation {
    condition     = length(var.security_contacts) > 0
    error_message = "security_contacts must name somebody: a finding that nobody hears of is none."
  }
}

variable "organization" {
  description = "Organization in the subject of the private authority."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.organization) >= 1 && length(var.organization) <= 64
    error_message = "organization must be 1 to 64 characters."
  }
}

variable "service_linked_roles" {
  description = "Services whose own role is made here; leave out one that the account has already."
  type        = set(string)
  nullable    = false
  default     = ["autoscaling.amazonaws.com", "config.amazonaws.com"]

  validation {
    condition     = alltrue([for service in var.service_linked_roles : endswith(service, ".amazonaws.com")])
    error_message = "service_linked_roles must be principals of services, like autoscaling.amazonaws.com."
  }
}

variable "environment_before" {
  description = "Where the application's image comes from, once it has passed there: account and NAME; null where it is built."
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

variable "quotas" {
  description = <<-EOT
    Quotas that AWS is asked to raise, in each region: elastic_ips (two for each zone, and as many for each copy that lives at a time),
    vpcs (three, and three for each copy), standard_vcpus (nodes when all are grown, hosts, builders and runners). Leave out what the
    account has more of already: AWS lowers nothing.
  EOT
  type        = map(number)
  nullable    = false

  validation {
    condition     = alltrue([for name, value in var.quotas : contains(["elastic_ips", "standard_vcpus", "vpcs"], name) && value > 0 && floor(value) == value])
    error_message = "quotas must be whole numbers of elastic_ips, standard_vcpus and vpcs."
  }

  validation {
    condition     = lookup(var.quotas, "elastic_ips", 1000) >= 2 * max([for one in values(var.regions) : length(one.zones)]...)
    error_message = "elastic_ips must be two for each zone at least: one for NAT, one for the load balancer."
  }
}
