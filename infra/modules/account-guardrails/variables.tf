variable "password_length" {
  description = "Length that the password of an IAM user needs. There should be no IAM user; if somebody makes one, it is not weak."
  type        = number
  nullable    = false
  default     = 16

  validation {
    condition     = var.password_length >= 14 && var.password_length <= 128
    error_message = "password_length must be between 14 (CIS) and 128."
  }
}
