variable "name" {
  description = "Prefix of names, e.g. shop-prod."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}$", var.name))
    error_message = "name must be small letters, digits and dashes, at most 31."
  }
}

variable "subnet_ids" {
  description = "Zone → subnet of the Security VPC; there is one bastion in each."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "Bastions stand in two zones at least: with one there is no way in when its zone fails."
  }
}

variable "security_group_ids" {
  description = "Groups of the bastions."
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
    error_message = "image_id must be the id of an AMI; has the pipeline of the bastion's image run?"
  }
}

variable "instance_type" {
  description = "Instance type; a bastion passes bytes on and does nothing else."
  type        = string
  default     = "t3.micro"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9-]+\\.[a-z0-9-]+$", var.instance_type))
    error_message = "instance_type must be an instance type, e.g. t3.micro."
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

variable "max_lifetime_days" {
  description = "After how long a host is replaced, so that nothing done by hand lasts."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.max_lifetime_days >= 1 && var.max_lifetime_days <= 45
    error_message = "max_lifetime_days must be 1 to 45: images are built monthly."
  }
}

variable "agents" {
  description = "What the agents of a host reach; goes to the module host-agents."
  type = object({
    log_group_arns   = list(string)
    metric_namespace = optional(string, "Estate/Hosts")
    mirror           = string
    mirror_key_arn   = string
  })
  nullable = false

  validation {
    condition     = length(var.agents.log_group_arns) > 0
    error_message = "agents.log_group_arns must name a log group: a bastion that logs nowhere is not audited."
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
