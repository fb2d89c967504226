variable "name" {
  description = "Prefix of the names, like shop-prod."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,39}$", var.name))
    error_message = "name must be 3 to 40 characters: lower-case letters, digits and hyphens, a letter first."
  }
}

variable "subnet_ids" {
  description = "Private subnet of each availability zone of the App VPC; there is one jump host in each."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids must name at least two availability zones: with one there is no way in when it fails."
  }

  validation {
    condition     = alltrue([for zone in keys(var.subnet_ids) : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$", zone))])
    error_message = "The keys of subnet_ids must be availability zones, like us-east-1a."
  }
}

variable "vpc_security_group_ids" {
  description = "Security groups of the hosts."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.vpc_security_group_ids) >= 1 && length(var.vpc_security_group_ids) <= 5
    error_message = "vpc_security_group_ids must name one to five security groups."
  }
}

variable "image_id" {
  description = "AMI of the hosts: what the stack images wrote to its parameter, read by the stack, so that a new image shows in a plan."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^ami-[0-9a-f]{8,17}$", var.image_id))
    error_message = "image_id must be the id of an AMI (ami-…). The pipeline of the jump image has not run yet if it is empty."
  }
}

variable "instance_type" {
  description = "Instance type."
  type        = string
  nullable    = false
  default     = "t3.small"

  validation {
    condition     = can(regex("^[a-z0-9-]+\\.[a-z0-9-]+$", var.instance_type))
    error_message = "instance_type must be an instance type, like t3.small."
  }
}

variable "volume_size_gib" {
  description = "Size of the root volume."
  type        = number
  nullable    = false
  default     = 20

  validation {
    condition     = var.volume_size_gib >= 10 && var.volume_size_gib <= 200
    error_message = "volume_size_gib must be between 10 and 200."
  }
}

variable "volume_key_arn" {
  description = "KMS key of the volumes; its policy must let the Auto Scaling service's role use it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:", var.volume_key_arn))
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
    condition     = length(var.agents.log_group_arns) > 0 && can(regex("^arn:[a-z-]+:kms:", var.agents.mirror_key_arn))
    error_message = "agents must name log groups, and the ARN of the mirror's KMS key."
  }
}

variable "permissions_boundary" {
  description = "ARN of the permissions boundary of the hosts' role, or null."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:[a-z-]+:iam::[0-9]{12}:policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary must be the ARN of an IAM policy."
  }
}
