variable "name" {
  description = "Prefix of the names, like shop-prod. The pipeline's role trusts roles whose name begins with it and -runner-."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,39}$", var.name))
    error_message = "name must be 3 to 40 characters: lower-case letters, digits and hyphens, a letter first."
  }
}

variable "purpose" {
  description = "What this fleet is for, part of its names and of its tag in GitLab: jobs, build or deploy. The deployer trusts the fleet deploy alone."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["jobs", "build", "deploy"], var.purpose)
    error_message = "purpose must be jobs, build or deploy."
  }
}

variable "nests" {
  description = "Whether jobs may make namespaces of their own, as buildah and the trials of firewalls do: docker's seccomp profile refuses it."
  type        = bool
  nullable    = false
  default     = false

  validation {
    condition     = !var.nests || var.purpose == "build"
    error_message = "Only the fleet build nests: what gets out of its container there must not find the deployer."
  }
}

variable "log_group" {
  description = "Log group that the instances' own logs go to."
  type = object({
    name = string
    arn  = string
  })
  nullable = false

  validation {
    condition     = startswith(var.log_group.name, "/") && can(regex("^arn:[a-z-]+:logs:.+:log-group:[^*]+$", var.log_group.arn))
    error_message = "log_group must be the name of a log group, and its ARN without \":*\"."
  }
}

variable "subnet_ids" {
  description = "Subnet of each availability zone that the runners stand in: where NAT leads to GitLab."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids must name at least two availability zones: a deployment must be possible while one is down."
  }
}

variable "vpc_security_group_ids" {
  description = "Security groups of the runners."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.vpc_security_group_ids) >= 1 && length(var.vpc_security_group_ids) <= 5
    error_message = "vpc_security_group_ids must name one to five security groups."
  }
}

variable "image_id" {
  description = "AMI of the runners: Amazon Linux 2023."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^ami-[0-9a-f]{8,17}$", var.image_id))
    error_message = "image_id must be the id of an AMI (ami-…)."
  }
}

variable "instance_type" {
  description = "Instance type."
  type        = string
  nullable    = false
  default     = "m7i.large"

  validation {
    condition     = can(regex("^[a-z0-9-]+\\.[a-z0-9-]+$", var.instance_type))
    error_message = "instance_type must be an instance type, like m7i.large."
  }
}

variable "fleet" {
  description = "Runners at least and at most, and jobs that one runs at a time."
  type = object({
    min_size   = number
    max_size   = number
    concurrent = optional(number, 4)
  })
  nullable = false
  default  = { min_size = 1, max_size = 3 }

  validation {
    condition     = var.fleet.min_size >= 1 && var.fleet.max_size >= var.fleet.min_size && var.fleet.max_size <= 20
    error_message = "fleet must have a min_size of 1 or more and a max_size that is not smaller, 20 at most."
  }

  validation {
    condition     = var.fleet.concurrent >= 1 && var.fleet.concurrent <= 16
    error_message = "fleet.concurrent must be between 1 and 16."
  }
}

variable "gitlab" {
  description = "Where GitLab is, and the packages of its runner in the mirror: version, and SHA-256 of the runner and of its helper images."
  type = object({
    url            = string
    runner_version = string
    runner_sha256  = string
    helpers_sha256 = string
  })
  nullable = false

  validation {
    condition     = startswith(var.gitlab.url, "https://")
    error_message = "gitlab.url must be an https URL."
  }

  validation {
    condition     = can(regex("^[0-9]+\\.[0-9]+\\.[0-9]+$", var.gitlab.runner_version)) && alltrue([for sum in [var.gitlab.runner_sha256, var.gitlab.helpers_sha256] : can(regex("^[0-9a-f]{64}$", sum))])
    error_message = "gitlab.runner_version must be like 18.5.0, runner_sha256 and helpers_sha256 64 hexadecimal digits."
  }
}

variable "registry" {
  description = "Registry that job images come from, and no other: host/prefix; and the default image in it, by digest."
  type = object({
    url           = string
    default_image = string
  })
  nullable = false

  validation {
    condition     = can(regex("^[0-9]{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.[a-z.]+/.+$", var.registry.url))
    error_message = "registry.url must be of ECR: ACCOUNT.dkr.ecr.REGION.amazonaws.com/PREFIX."
  }

  validation {
    condition     = startswith(var.registry.default_image, "${var.registry.url}/")
    error_message = "registry.default_image must be in registry.url: the runner pulls from nowhere else."
  }
}

variable "roles" {
  description = "Roles that jobs act by: the pipeline's, and in the fleet deploy the deployer's where a job asks for it."
  type = object({
    pipeline = string
    deploy   = optional(string)
  })
  nullable = false

  validation {
    condition     = alltrue([for arn in compact([var.roles.pipeline, var.roles.deploy]) : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/.+$", arn))])
    error_message = "roles must be ARNs of IAM roles."
  }

  validation {
    condition     = (var.roles.deploy != null) == (var.purpose == "deploy")
    error_message = "roles.deploy is for the fleet deploy and no other: whatever runs on an instance can take what the instance can."
  }
}

variable "mirror" {
  description = "Bucket that the runner's package is mirrored to."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.mirror))
    error_message = "mirror must be the name of a bucket."
  }
}

variable "key_arn" {
  description = "KMS key of the volumes, of the mirror and of the runner's token."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:", var.key_arn))
    error_message = "key_arn must be the ARN of a KMS key."
  }
}

variable "permissions_boundary" {
  description = "ARN of the permissions boundary of the runners' role, or null."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:[a-z-]+:iam::[0-9]{12}:policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary must be the ARN of an IAM policy."
  }
}
