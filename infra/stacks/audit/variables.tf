variable "account_wide" {
  description = "Whether this environment looks after its account: false where another one in the same account does."
  type        = bool
  nullable    = false
  default     = true
}

variable "config_rules" {
  description = "AWS Config rules beside those of the module guardrails, by our name."
  type = map(object({
    identifier = string
    parameters = optional(map(string), {})
  }))
  nullable = false
  default  = {}

  validation {
    condition     = alltrue([for rule in values(var.config_rules) : can(regex("^[A-Z0-9_]+$", rule.identifier))])
    error_message = "identifier of a rule must be that of an AWS managed rule, like ENCRYPTED_VOLUMES."
  }
}

variable "budget" {
  description = "What a month of the environment may cost in US dollars, and who is told by mail."
  type = object({
    limit_usd = number
    emails    = set(string)
  })
  nullable = false

  validation {
    condition     = var.budget.limit_usd > 0 && length(var.budget.emails) > 0
    error_message = "budget must have a limit above 0 and somebody who is told."
  }
}
