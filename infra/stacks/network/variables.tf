variable "copy_space" {
  description = "From where one-off copies take their blocks."
  type        = string
  default     = "10.192.0.0/10"
  nullable    = false

  validation {
    condition     = can(cidrhost(var.copy_space, 0))
    error_message = "copy_space must be a CIDR block."
  }
}

variable "database_port" {
  description = "Port of the databases: their network ACL and groups admit it and no other."
  type        = number
  default     = 5432
  nullable    = false

  validation {
    condition     = var.database_port > 1023 && var.database_port < 65536
    error_message = "database_port must be between 1024 and 65535."
  }
}
