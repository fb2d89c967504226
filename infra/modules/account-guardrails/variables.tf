variable "service_linked_roles" {
  description = <<-EOT
    Services whose own role is made here, because something names the role before the service made it: the key of the volumes
    names Auto Scaling's, the recorder names Config's. In an account where a role is there already: leave it out, or import it.
  EOT
  type        = set(string)
  nullable    = false
  default     = ["autoscaling.amazonaws.com", "config.amazonaws.com"]

  validation {
    condition     = alltrue([for service in var.service_linked_roles : endswith(service, ".amazonaws.com")])
    error_message = "service_linked_roles must be principals of services, like autoscaling.amazonaws.com."
  }
}

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
