variable "copy_regions" {
  description = "For a copy: the regions that it stands in beside this one, said here alone and the same in each of them. An environment stands in all of its regions."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for region in var.copy_regions : contains(keys(var.regions), region)])
    error_message = "copy_regions must be of regions."
  }
}

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
