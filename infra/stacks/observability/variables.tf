variable "paging" {
  description = "Where a page goes, by a short name: the https endpoint of the paging service. A copy pages nobody."
  type = map(object({
    protocol = string
    endpoint = string
  }))
  nullable = false

  validation {
    condition     = var.environment != "prod" || length(var.paging) > 0
    error_message = "In prod paging must name somebody: a page that reaches nobody is none."
  }
}

variable "notices" {
  description = "Where a notice goes that can wait for the morning, by a short name."
  type = map(object({
    protocol = string
    endpoint = string
  }))
  nullable = false
  default  = {}

  validation {
    condition     = alltrue([for one in values(var.notices) : contains(["https", "email", "sqs", "lambda"], one.protocol)])
    error_message = "protocol of a notice must be https, email, sqs or lambda."
  }
}

variable "probe" {
  description = "What the canary asks of the service from outside: path, text in the answer, within how many milliseconds, every how many minutes."
  type = object({
    path         = optional(string, "/readyz")
    text         = optional(string, "")
    timeout_ms   = optional(number, 5000)
    rate_minutes = optional(number, 1)
  })
  nullable = false
  default  = {}

  validation {
    condition     = startswith(var.probe.path, "/")
    error_message = "probe.path must begin with a slash."
  }
}

variable "thresholds" {
  description = "From where on somebody is told: percent of a node's processor and memory, and of a host's disk; restarts of containers in five minutes; refused VPN logins in five minutes; days before a certificate's end."
  type = object({
    node_percent      = optional(number, 85)
    disk_percent      = optional(number, 85)
    restarts          = optional(number, 5)
    refused_vpn_login = optional(number, 10)
    certificate_days  = optional(number, 30)
  })
  nullable = false
  default  = {}

  validation {
    condition     = alltrue([for percent in [var.thresholds.node_percent, var.thresholds.disk_percent] : percent >= 50 && percent < 100])
    error_message = "Percentages must be between 50 and 99."
  }

  validation {
    condition     = var.thresholds.restarts >= 1 && var.thresholds.refused_vpn_login >= 1
    error_message = "restarts and refused_vpn_login must be 1 or more."
  }

  validation {
    condition     = var.thresholds.certificate_days >= 7 && var.thresholds.certificate_days <= 45
    error_message = "certificate_days must be between 7 and 45: ACM begins to renew 60 days before the end."
  }
}
