variable "name" {
  description = "Prefix of the names, like shop-prod."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,39}$", var.name))
    error_message = "name must be 3 to 40 characters: lower-case letters, digits and hyphens, a letter first."
  }
}

variable "components" {
  description = "Documents of the components (YAML), by name."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.components) > 0 && alltrue([for data in values(var.components) : try(length(yamldecode(data).phases) > 0, false)])
    error_message = "components must be YAML documents with phases."
  }

  validation {
    condition     = alltrue([for data in values(var.components) : length(data) <= 64000])
    error_message = "A component is longer than the 64,000 characters that Image Builder takes as data."
  }
}

variable "images" {
  description = <<-EOT
    Images to build, by their role: the image that they start from (an AMI, or ssm: and the name of a parameter that holds one),
    the components in their order, their parameters, and the size of the root volume.
  EOT
  type = map(object({
    parent_image    = string
    components      = list(string)
    parameters      = optional(map(string), {})
    volume_size_gib = optional(number, 20)
  }))
  nullable = false

  validation {
    condition     = length(var.images) > 0 && alltrue([for image in values(var.images) : can(regex("^(ami-[0-9a-f]{8,17}|ssm:/.+|arn:.+)$", image.parent_image))])
    error_message = "parent_image must be an AMI (ami-…), ssm:/… or the ARN of an image."
  }

  validation {
    condition     = alltrue([for image in values(var.images) : length(setsubtract(image.components, keys(var.components))) == 0])
    error_message = "An image names a component that components does not hold."
  }

  validation {
    condition     = alltrue([for image in values(var.images) : try(element(image.components, length(image.components) - 1) == "verify", false)])
    error_message = "The last component of an image must be verify: what is added after the tests is not tested."
  }
}

variable "parameters" {
  description = "Parameters of components that are the same for all images; each component gets those that it declares."
  type        = map(string)
  nullable    = false
  default     = {}
}

variable "subnet_id" {
  description = "Subnet of the builders: the only tier from which NAT is reached."
  type        = string
  nullable    = false

  validation {
    condition     = startswith(var.subnet_id, "subnet-")
    error_message = "subnet_id must be the id of a subnet (subnet-…)."
  }
}

variable "security_group_ids" {
  description = "Security groups of the builders."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.security_group_ids) > 0
    error_message = "security_group_ids must name at least one security group: the VPC's own is shut."
  }
}

variable "instance_types" {
  description = "Instance types of the builders."
  type        = set(string)
  nullable    = false
  default     = ["t3.large"]

  validation {
    condition     = length(var.instance_types) > 0 && alltrue([for type in var.instance_types : can(regex("^[a-z0-9-]+\\.[a-z0-9-]+$", type))])
    error_message = "instance_types must name instance types, like t3.large."
  }
}

variable "key_arn" {
  description = "KMS key of images and components."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:", var.key_arn))
    error_message = "key_arn must be the ARN of a KMS key."
  }
}

variable "mirror" {
  description = "Bucket that packages, signatures and host tests are mirrored to."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.mirror))
    error_message = "mirror must be the name of a bucket."
  }
}

variable "log_bucket" {
  description = "Bucket of the build logs, and the key that it is encrypted with, or null for S3's own."
  type = object({
    name    = string
    key_arn = optional(string)
  })
  nullable = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.log_bucket.name))
    error_message = "log_bucket.name must be the name of a bucket."
  }
}

variable "schedule" {
  description = "When every image is built anew, whether or not something was found: cron of Image Builder, UTC."
  type        = string
  nullable    = false
  default     = "cron(0 6 1 * ? *)"

  validation {
    condition     = can(regex("^cron\\(([^ ]+ ){5}[^ ]+\\)$", var.schedule))
    error_message = "schedule must be cron(…) of six fields."
  }

  validation {
    condition     = try(can(regex("^[0-9]+$", split(" ", trimsuffix(trimprefix(var.schedule, "cron("), ")"))[2])), false) || can(regex("\\? \\* [A-Z0-9]", var.schedule))
    error_message = "schedule must name the day of a month or of a week: an image is never older than a month, and is not built every day."
  }
}

variable "kept_images" {
  description = "Images of each role that stay: as many as one may want to go back."
  type        = number
  nullable    = false
  default     = 6

  validation {
    condition     = var.kept_images >= 3 && var.kept_images <= 24
    error_message = "kept_images must be between 3 and 24."
  }
}

variable "topic_arn" {
  description = "SNS topic that hears of critical findings; its policy must let events.amazonaws.com publish."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:sns:", var.topic_arn))
    error_message = "topic_arn must be the ARN of an SNS topic."
  }
}

variable "permissions_boundary" {
  description = "ARN of the permissions boundary of the roles, or null."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:[a-z-]+:iam::[0-9]{12}:policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary must be the ARN of an IAM policy."
  }
}
