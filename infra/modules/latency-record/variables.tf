variable "zone_id" {
  description = "Hosted zone."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.zone_id) > 0
    error_message = "zone_id must not be empty."
  }
}

variable "name" {
  description = "The name that everybody uses, e.g. app.shop.example.com."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9-]+\\.)+[a-z]+$", var.name))
    error_message = "name must be a whole domain name."
  }
}

variable "region" {
  description = "The region that this record is for."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.region))
    error_message = "region must be a region."
  }
}

variable "load_balancer" {
  description = "The region's load balancer: DNS name and zone."
  type = object({
    dns_name = string
    zone_id  = string
  })
  nullable = false

  validation {
    condition     = length(var.load_balancer.dns_name) > 0
    error_message = "load_balancer needs a DNS name."
  }
}

variable "health_path" {
  description = "Path that tells whether the region serves."
  type        = string
  default     = "/healthz"
  nullable    = false

  validation {
    condition     = startswith(var.health_path, "/")
    error_message = "health_path must begin with a slash."
  }
}

variable "request_interval_seconds" {
  description = "How often each checker asks: 10 costs more than 30."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains([10, 30], var.request_interval_seconds)
    error_message = "request_interval_seconds must be 10 or 30."
  }
}
