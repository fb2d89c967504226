variable "repositories" {
  description = "Names of the repositories. Those of the application are pushed by the pipeline; those under mirror/ are copies of images of others."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.repositories) > 0 && alltrue([for name in var.repositories : can(regex("^[a-z0-9]+([._/-][a-z0-9]+)*$", name))])
    error_message = "repositories must be names that ECR takes: lower-case letters and digits, joined by . _ / -."
  }
}

variable "key_arn" {
  description = "KMS key of the images. ECR cannot change it later."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:", var.key_arn))
    error_message = "key_arn must be the ARN of a KMS key."
  }
}

variable "kept_images" {
  description = "Images that a repository keeps: as many releases as one may want to go back."
  type        = number
  nullable    = false
  default     = 50

  validation {
    condition     = var.kept_images >= 10 && var.kept_images <= 1000
    error_message = "kept_images must be between 10 and 1000: a rollback needs the image it goes back to."
  }
}

variable "replica_regions" {
  description = "Regions that get a copy of every image, so that each region starts pods while another is down."
  type        = set(string)
  nullable    = false
  default     = []

  validation {
    condition     = alltrue([for region in var.replica_regions : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", region))])
    error_message = "replica_regions must be regions, like us-west-2."
  }
}

variable "replicated_prefix" {
  description = "Prefix of the repositories that are copied; the registry's setting holds for all estates of the account."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.replicated_prefix) >= 2
    error_message = "replicated_prefix must be the prefix of names, two characters at least."
  }
}

variable "pulled_by" {
  description = "Roles of other accounts that may pull, by the name of the repository: the pipeline of the environment after this one."
  type        = map(set(string))
  nullable    = false
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.pulled_by), var.repositories)) == 0
    error_message = "pulled_by names a repository that repositories does not hold."
  }

  validation {
    condition     = alltrue(flatten([for arns in values(var.pulled_by) : [for arn in arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[^*]+$", arn))]]))
    error_message = "pulled_by must hold ARNs of IAM roles, each whole: one that ends in * lets in what nobody named."
  }
}

variable "registry_settings" {
  description = "Whether the settings of the whole registry (scanning, replication) are made here: once per account and region."
  type        = bool
  nullable    = false
}

variable "keep" {
  description = "Whether a repository with images in it stays when Terraform lets go of it. False only for a one-off copy."
  type        = bool
  nullable    = false
  default     = true
}
