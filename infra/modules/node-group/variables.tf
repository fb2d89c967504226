variable "name" {
  description = "Prefix of the names, like shop-prod."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,39}$", var.name))
    error_message = "name must be 3 to 40 characters: lower-case letters, digits and hyphens, a letter first."
  }
}

variable "cluster" {
  description = "The cluster that the nodes join, as the module eks gives it out."
  type = object({
    name                  = string
    endpoint              = string
    certificate_authority = string
    service_ipv4_cidr     = string
  })
  nullable = false

  validation {
    condition     = startswith(var.cluster.endpoint, "https://")
    error_message = "cluster.endpoint must be an https URL."
  }

  validation {
    condition     = can(cidrhost(var.cluster.service_ipv4_cidr, 0))
    error_message = "cluster.service_ipv4_cidr must be a CIDR block."
  }
}

variable "subnet_ids" {
  description = "Subnet of each availability zone; there is one node group for each, so that a zone scales by itself."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids must name at least two availability zones: with one the application ends with its zone."
  }

  validation {
    condition     = alltrue([for zone in keys(var.subnet_ids) : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$", zone))])
    error_message = "The keys of subnet_ids must be availability zones, like us-east-1a."
  }
}

variable "vpc_security_group_ids" {
  description = "Security groups of the nodes."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.vpc_security_group_ids) >= 1 && length(var.vpc_security_group_ids) <= 5
    error_message = "vpc_security_group_ids must name one to five security groups."
  }
}

variable "image_id" {
  description = "AMI of the nodes: what the stack images wrote to its parameter, read by the stack, so that a new image shows in a plan."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^ami-[0-9a-f]{8,17}$", var.image_id))
    error_message = "image_id must be the id of an AMI (ami-…). The pipeline of the node image has not run yet if it is empty."
  }
}

variable "instance_types" {
  description = "Instance types, the one to prefer first; all of one architecture."
  type        = list(string)
  nullable    = false
  default     = ["m7i.large", "m6i.large"]

  validation {
    condition     = length(var.instance_types) >= 1 && alltrue([for type in var.instance_types : can(regex("^[a-z0-9-]+\\.[a-z0-9-]+$", type))])
    error_message = "instance_types must name instance types, like m7i.large."
  }

  validation {
    condition     = length(distinct([for type in var.instance_types : can(regex("^[a-z]+[0-9]+g", type))])) == 1
    error_message = "instance_types mixes Graviton and x86: one image cannot run on both."
  }
}

variable "capacity_type" {
  description = "ON_DEMAND or SPOT."
  type        = string
  nullable    = false
  default     = "ON_DEMAND"

  validation {
    condition     = contains(["ON_DEMAND", "SPOT"], var.capacity_type)
    error_message = "capacity_type must be ON_DEMAND or SPOT."
  }
}

variable "scaling" {
  description = "Nodes in each zone. Between min_size and max_size the autoscaler decides."
  type = object({
    min_size = number
    max_size = number
  })
  nullable = false

  validation {
    condition     = var.scaling.min_size >= 1 && var.scaling.max_size > var.scaling.min_size
    error_message = "scaling must have a min_size of 1 or more (a pod in each zone) and a larger max_size (room to scale)."
  }
}

variable "volume_size_gib" {
  description = "Size of a node's root volume."
  type        = number
  nullable    = false
  default     = 50

  validation {
    condition     = var.volume_size_gib >= 30 && var.volume_size_gib <= 1000
    error_message = "volume_size_gib must be between 30 and 1000: images of the application need room."
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

variable "labels" {
  description = "Labels of the nodes, beside those that Kubernetes and EKS set."
  type        = map(string)
  nullable    = false
  default     = {}
}

variable "permissions_boundary" {
  description = "ARN of the permissions boundary of the nodes' role, or null."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:[a-z-]+:iam::[0-9]{12}:policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary must be the ARN of an IAM policy."
  }
}
