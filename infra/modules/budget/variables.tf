variable "name" {
  description = "Name of the budget."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[^:\\\\]{1,100}$", var.name))
    error_message = "name must be 1 to 100 characters, without colon and backslash."
  }
}

variable "limit_usd" {
  description = "What a month may cost, in US dollars."
  type        = number
  nullable    = false

  validation {
    condition     = var.limit_usd > 0
    error_message = "limit_usd must be more than 0."
  }
}

variable "estate" {
  description = "Value of the cost allocation tag quarterdeck:estate that is counted; null counts the whole account."
  type        = string
  default     = null

  validation {
    condition     = var.estate == null || try(length(var.estate) > 0, false)
    error_message = "estate must be null, or the value of a tag."
  }
}

variable "thresholds" {
  description = "Percentages of the limit at which people are told: of what was spent, and of what the month is going to cost."
  type = object({
    actual     = optional(set(number), [80, 100])
    forecasted = optional(set(number), [100])
  })
  nullable = false
  default  = {}

  validation {
    condition     = length(var.thresholds.actual) + length(var.thresholds.forecasted) > 0
    error_message = "thresholds must hold at least one percentage: a budget that tells nobody is none."
  }

  validation {
    condition     = length(var.thresholds.actual) + length(var.thresholds.forecasted) <= 10
    error_message = "thresholds must hold ten percentages at most: AWS takes no more."
  }

  validation {
    condition     = alltrue([for percent in setunion(var.thresholds.actual, var.thresholds.forecasted) : percent > 0 && percent <= 1000])
    error_message = "thresholds must be percentages above 0, up to 1000."
  }
}

variable "emails" {
  description = "Who is told by mail."
  type        = set(string)
  nullable    = false
  default     = []

  validation {
    condition     = alltrue([for email in var.emails : can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", email))]) && length(var.emails) <= 10
    error_message = "emails must be mail addresses, ten at most."
  }
}

variable "topic_arns" {
  description = "Topics that are told; their policy must let budgets.amazonaws.com publish."
  type        = set(string)
  nullable    = false
  default     = []

  validation {
    condition     = alltrue([for arn in var.topic_arns : can(regex("^arn:[a-z-]+:sns:", arn))]) && length(var.topic_arns) <= 1
    error_message = "topic_arns must be ARNs of SNS topics, one at most: AWS takes no more for a threshold."
  }
}
