variable "regions" {
  description = "The block of each region, a /15, as it is without a copy."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.regions) > 0 && alltrue([for block in values(var.regions) : can(cidrhost(block, 0)) && endswith(block, "/15")])
    error_message = "regions must give each region a /15."
  }

  validation {
    condition     = alltrue([for block in values(var.regions) : try(cidrhost(block, 0) == split("/", block)[0], false)])
    error_message = "A block must begin where its prefix does: 10.2.0.0/15, not 10.3.0.0/15."
  }

  validation {
    condition     = alltrue([for block in values(var.regions) : try(cidrhost("${split("/", block)[0]}/8", 0) == "10.0.0.0", false)])
    error_message = "The blocks must be of 10.0.0.0/8: routes to all of the estate are written as that."
  }
}

variable "copy" {
  description = "Empty, or KIND-NUMBER: the number chooses the block of a one-off copy."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^([a-z]+-[1-9][0-9]*)?$", var.copy))
    error_message = "copy must be empty or KIND-NUMBER, e.g. pr-123."
  }
}

variable "copy_space" {
  description = "From where the blocks of copies are taken, a /17 for each region of a copy."
  type        = string
  default     = "10.192.0.0/10"
  nullable    = false

  validation {
    condition     = can(cidrhost(var.copy_space, 0)) && try(tonumber(split("/", var.copy_space)[1]) <= 13, false)
    error_message = "copy_space must be a block of a /13 or larger: a smaller one is full with a few copies."
  }
}

variable "elsewhere" {
  description = "Blocks that others use."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for block in var.elsewhere : can(cidrhost(block, 0))])
    error_message = "elsewhere must be a list of CIDR blocks."
  }
}
