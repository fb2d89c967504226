variable "repositories" {
  description = "Repositories of the application, which the pipeline pushes to."
  type        = set(string)
  nullable    = false
  default     = ["app", "ci/tools", "ci/clamav"]

  validation {
    condition     = length(var.repositories) > 0 && alltrue([for name in var.repositories : can(regex("^[a-z0-9]+([._/-][a-z0-9]+)*$", name))])
    error_message = "repositories must be names that ECR takes: lower-case letters and digits, joined by . _ / -."
  }
}

variable "pulled_by" {
  description = "ARNs of the roles that may pull the application's image from here: the pipeline of the environment after this one."
  type        = set(string)
  nullable    = false
  default     = []

  validation {
    condition     = alltrue([for arn in var.pulled_by : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[^*]+$", arn))])
    error_message = "pulled_by must hold ARNs of IAM roles, each whole."
  }
}

variable "kept_images" {
  description = "Images that a repository keeps: as many releases as one may want to go back."
  type        = number
  nullable    = false
  default     = 50

  validation {
    condition     = var.kept_images >= 10 && var.kept_images <= 1000
    error_message = "kept_images must be between 10 and 1000."
  }
}

variable "registry_settings" {
  description = "Whether scanning and replication of the whole registry are set here: false where another environment in the account does."
  type        = bool
  nullable    = false
  default     = true
}
