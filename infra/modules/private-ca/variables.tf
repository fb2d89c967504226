variable "common_name" {
  description = "Common name of the authority."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.common_name) >= 3 && length(var.common_name) <= 64
    error_message = "common_name must be 3 to 64 characters."
  }
}

variable "organization" {
  description = "Organization in the authority's subject."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.organization) >= 1 && length(var.organization) <= 64
    error_message = "organization must be 1 to 64 characters."
  }
}

variable "validity_years" {
  description = "Years that the authority's own certificate holds."
  type        = number
  nullable    = false
  default     = 10

  validation {
    condition     = var.validity_years >= 1 && var.validity_years <= 30 && floor(var.validity_years) == var.validity_years
    error_message = "validity_years must be a whole number between 1 and 30."
  }
}

variable "enabled" {
  description = "Whether the authority issues. Switched off before it is destroyed: AWS refuses to destroy one that is on."
  type        = bool
  nullable    = false
  default     = true
}
