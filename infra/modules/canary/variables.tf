variable "name" {
  description = "Name of the canary."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9a-z_-]{1,60}$", var.name))
    error_message = "name must be 1 to 60 lower-case letters, digits, hyphens and underscores."
  }
}

variable "urls" {
  description = "What is asked for, by a short name: the estate's public name and each region's own, so that a dead region shows behind a living name."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.urls) > 0 && length(var.urls) <= 20 && alltrue([for url in values(var.urls) : startswith(url, "https://")])
    error_message = "urls must be one to twenty https URLs."
  }
}

variable "expected" {
  description = "What is a good answer: status, a text in it (may be empty), and within how many milliseconds."
  type = object({
    status     = optional(number, 200)
    text       = optional(string, "")
    timeout_ms = optional(number, 5000)
  })
  nullable = false
  default  = {}

  validation {
    condition     = var.expected.status >= 200 && var.expected.status <= 599
    error_message = "expected.status must be an HTTP status."
  }

  validation {
    condition     = var.expected.timeout_ms >= 100 && var.expected.timeout_ms <= 10000
    error_message = "expected.timeout_ms must be between 100 and 10000."
  }
}

variable "rate_minutes" {
  description = "Minutes between two runs."
  type        = number
  nullable    = false
  default     = 1

  validation {
    condition     = var.rate_minutes >= 1 && var.rate_minutes <= 60 && floor(var.rate_minutes) == var.rate_minutes
    error_message = "rate_minutes must be a whole number between 1 and 60."
  }
}

variable "code_bucket" {
  description = "Bucket with the packed code, put there by the pipeline (see package)."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.code_bucket))
    error_message = "code_bucket must be the name of a bucket."
  }
}

variable "artifacts" {
  description = "Where the results of the runs go, and under which key."
  type = object({
    bucket  = string
    prefix  = optional(string, "canaries")
    key_arn = string
  })
  nullable = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.artifacts.bucket)) && !startswith(var.artifacts.prefix, "/")
    error_message = "artifacts must name a bucket, and a prefix that does not begin with a slash."
  }

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:", var.artifacts.key_arn))
    error_message = "artifacts.key_arn must be the ARN of a KMS key."
  }
}

variable "runtime_version" {
  description = "Runtime of CloudWatch Synthetics. AWS ends one after about a year and tells so by mail."
  type        = string
  nullable    = false
  default     = "syn-nodejs-puppeteer-10.0"

  validation {
    condition     = can(regex("^syn-nodejs-puppeteer-[0-9]+\\.[0-9]+$", var.runtime_version))
    error_message = "runtime_version must be a syn-nodejs-puppeteer runtime: the code is JavaScript."
  }
}

variable "log_key_arn" {
  description = "KMS key of the log of its runs."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:", var.log_key_arn))
    error_message = "log_key_arn must be the ARN of a KMS key."
  }
}

variable "permissions_boundary" {
  description = "ARN of the permissions boundary of the canary's role, or null."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:[a-z-]+:iam::[0-9]{12}:policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary must be the ARN of an IAM policy."
  }
}
