variable "name" {
  description = "Name of the group; AWS adds to it, so that a new one can stand before the old one goes."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,60}$", var.name))
    error_message = "name must be small letters, digits and dashes."
  }
}

variable "description" {
  description = "What the group is for. A change of it replaces the group."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.description) >= 10 && length(var.description) <= 255
    error_message = "description must say in 10 to 255 characters what the group is for."
  }
}

variable "vpc_id" {
  description = "The group's VPC."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.vpc_id) > 0
    error_message = "vpc_id must not be empty."
  }
}

variable "from_world" {
  description = "Whether ingress from everywhere is meant: for the listeners of the load balancer alone."
  type        = bool
  default     = false
  nullable    = false
}

variable "to_world" {
  description = "Whether egress to everywhere is meant: for what goes out by NAT alone."
  type        = bool
  default     = false
  nullable    = false
}

variable "ingress" {
  description = "Who may come in: key → what for, port(s), and one of cidr, group or prefix_list (`self = true` for the group itself)."
  type = map(object({
    description = string
    protocol    = optional(string, "tcp")
    from_port   = number
    to_port     = optional(number)
    cidr        = optional(string)
    group       = optional(string)
    prefix_list = optional(string)
    self        = optional(bool, false)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for rule in values(var.ingress) : contains(["tcp", "udp"], rule.protocol)])
    error_message = "A rule of ingress is for tcp or udp, never for all protocols."
  }

  validation {
    condition     = var.from_world || alltrue([for rule in values(var.ingress) : !endswith(coalesce(rule.cidr, "none"), "/0")])
    error_message = "Ingress from everywhere is not meant here (from_world)."
  }

  validation {
    condition     = alltrue([for rule in values(var.ingress) : rule.from_port <= coalesce(rule.to_port, rule.from_port) && rule.from_port > 0])
    error_message = "Ports must be above 0 and in order."
  }
}

variable "egress" {
  description = "Where to it may go; as ingress."
  type = map(object({
    description = string
    protocol    = optional(string, "tcp")
    from_port   = number
    to_port     = optional(number)
    cidr        = optional(string)
    group       = optional(string)
    prefix_list = optional(string)
    self        = optional(bool, false)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for rule in values(var.egress) : contains(["tcp", "udp"], rule.protocol)])
    error_message = "A rule of egress is for tcp or udp, never for all protocols."
  }

  validation {
    condition     = var.to_world || alltrue([for rule in values(var.egress) : !endswith(coalesce(rule.cidr, "none"), "/0")])
    error_message = "Egress to everywhere is not meant here (to_world)."
  }

  validation {
    condition     = alltrue([for rule in values(var.egress) : rule.from_port <= coalesce(rule.to_port, rule.from_port) && rule.from_port > 0])
    error_message = "Ports must be above 0 and in order."
  }
}

variable "tags" {
  description = "Tags of the group alone, e.g. its role."
  type        = map(string)
  default     = {}
  nullable    = false
}
