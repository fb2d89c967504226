variable "name" {
  description = "Name of the topic."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,256}$", var.name))
    error_message = "name must be 1 to 256 letters, digits, hyphens and underscores."
  }
}

variable "key_arn" {
  description = "KMS key of the topic; its policy must let the publishers use it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:", var.key_arn))
    error_message = "key_arn must be the ARN of a KMS key."
  }
}

variable "publishers" {
  description = "Services of AWS that publish, each for this account alone, but EventBridge (events.amazonaws.com), of which SNS takes no condition."
  type        = set(string)
  nullable    = false
  default     = ["cloudwatch.amazonaws.com"]

  validation {
    condition     = length(var.publishers) > 0 && alltrue([for service in var.publishers : endswith(service, ".amazonaws.com")])
    error_message = "publishers must be principals of services, like cloudwatch.amazonaws.com, one at least."
  }
}

variable "subscriptions" {
  description = "Who is told, by a short name: where paging plugs in (an https endpoint of the paging service) or a mail address. A mail address is asked to confirm."
  type = map(object({
    protocol = string
    endpoint = string
  }))
  nullable = false
  default  = {}

  validation {
    condition     = alltrue([for one in values(var.subscriptions) : contains(["https", "email", "sqs", "lambda"], one.protocol)])
    error_message = "protocol of a subscription must be https, email, sqs or lambda."
  }

  validation {
    condition     = alltrue([for one in values(var.subscriptions) : one.protocol != "https" || startswith(one.endpoint, "https://")])
    error_message = "endpoint of an https subscription must be an https URL."
  }

  validation {
    condition     = alltrue([for one in values(var.subscriptions) : one.protocol != "email" || can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", one.endpoint))])
    error_message = "endpoint of an email subscription must be a mail address."
  }
}
