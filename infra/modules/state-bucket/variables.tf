variable "name" {
  description = "Prefix of names, e.g. shop-prod."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}$", var.name))
    error_message = "name must be small letters, digits and dashes, at most 31."
  }
}

variable "noncurrent_days" {
  description = "How long replaced versions of states are kept."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = var.noncurrent_days >= 90
    error_message = "Keep replaced versions of states for 90 days at least: they are what a lost state is brought back from."
  }
}
