variable "name" {
  description = "Prefix of names, e.g. shop-prod."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,27}$", var.name))
    error_message = "name must be small letters, digits and dashes, at most 28: the prefix of a role's name has room for 38, and the role of the host is in it."
  }
}

variable "role" {
  description = "What the hosts are: bastion (Security VPC) or jump (App VPC)."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["bastion", "jump"], var.role)
    error_message = "role must be bastion or jump."
  }
}

variable "subnet_ids" {
  description = "Zone → subnet; there is one host in each."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "Hosts stand in two zones at least: with one there is no way in when its zone fails."
  }

  validation {
    condition     = alltrue([for zone in keys(var.subnet_ids) : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$", zone))])
    error_message = "The keys of subnet_ids must be availability zones, like us-east-1a."
  }
}

variable "security_group_ids" {
  description = "Groups of the hosts."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.security_group_ids) > 0
    error_message = "Without a group AWS takes the VPC's default one, which admits nobody."
  }
}

variable "image_id" {
  description = "AMI, as the stack images wrote it into its parameter."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^ami-[0-9a-f]{8,17}$", var.image_id))
    error_message = "image_id must be the id of an AMI; has the pipeline of this role's image run?"
  }
}

variable "instance_type" {
  description = "Instance type."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9-]+\\.[a-z0-9-]+$", var.instance_type))
    error_message = "instance_type must be an instance type, e.g. t3.small."
  }
}

variable "volume_key_arn" {
  description = "KMS key of the volumes; its policy admits the role of Auto Scaling."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:", var.volume_key_arn))
    error_message = "volume_key_arn must be the ARN of a KMS key."
  }
}

variable "agents" {
  description = "What the agents of a host reach: see the module host-agents, which checks it."
  type = object({
    log_group_arns = list(string)
    mirror         = string
    mirror_key_arn = string
  })
  nullable = false

  validation {
    condition     = length(var.agents.log_group_arns) > 0
    error_message = "agents.log_group_arns must name a log group: a host that logs nowhere is not audited."
  }
}

variable "permissions_boundary" {
  description = "Permissions boundary of the role, or null."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary must be the ARN of a policy."
  }
}
