variable "noncurrent_days" {
  description = "How long replaced versions of states are kept."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = var.noncurrent_days >= 90
    error_message = "Keep replaced versions for 90 days at least."
  }
}
