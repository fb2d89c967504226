variable "name" {
  description = "Name of the load balancer, e.g. shop-prod."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,25}$", var.name))
    error_message = "name must be small letters, digits and dashes, at most 26: AWS allows 32, and the target group adds a dash and its port."
  }
}

variable "vpc_id" {
  description = "The LB VPC."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.vpc_id) > 0
    error_message = "vpc_id must not be empty."
  }
}

variable "subnet_ids" {
  description = "Zone → public subnet."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "The load balancer stands in two zones at least."
  }
}

variable "security_group_ids" {
  description = "Groups of the load balancer; one that is made without can never be given any."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.security_group_ids) > 0
    error_message = "A load balancer needs a group: AWS adds none later."
  }
}

variable "certificate_arn" {
  description = "Certificate of the listener."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:acm:", var.certificate_arn))
    error_message = "certificate_arn must be the ARN of a certificate in ACM."
  }
}

variable "target_port" {
  description = "Port of the proxies."
  type        = number
  default     = 8443
  nullable    = false

  validation {
    condition     = var.target_port > 1023 && var.target_port < 65536
    error_message = "target_port must be between 1024 and 65535."
  }
}

variable "health_path" {
  description = "Where a proxy tells whether it serves."
  type        = string
  default     = "/healthz"
  nullable    = false

  validation {
    condition     = startswith(var.health_path, "/")
    error_message = "health_path must begin with a slash."
  }
}

variable "log_bucket" {
  description = "Bucket of the access logs."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.log_bucket) > 2
    error_message = "log_bucket must name a bucket: access is logged."
  }
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete it. False for one-off copies only."
  type        = bool
  default     = true
  nullable    = false
}
