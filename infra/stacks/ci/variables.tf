variable "gitlab" {
  description = "Where GitLab is, and the package of its runner in the mirror: version and SHA-256."
  type = object({
    url            = string
    runner_version = string
    runner_sha256  = string
  })
  nullable = false

  validation {
    condition     = startswith(var.gitlab.url, "https://")
    error_message = "gitlab.url must be an https URL."
  }
}

variable "tools_digest" {
  description = "Digest of the image ci/tools, in which jobs run unless they name another."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^sha256:[0-9a-f]{64}$", var.tools_digest))
    error_message = "tools_digest must be sha256: and 64 hexadecimal digits: a tag could move."
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
    condition     = var.fleet.min_size >= 1 && var.fleet.max_size >= var.fleet.min_size
    error_message = "fleet must have a min_size of 1 or more and a max_size that is not smaller."
  }
}

variable "signing" {
  description = "Whether the key that signs the application's images is made here, in the environment that builds; and the roles elsewhere that check its signatures."
  type = object({
    here      = bool
    verifiers = optional(set(string), [])
  })
  nullable = false

  validation {
    condition     = var.signing.here || length(var.signing.verifiers) == 0
    error_message = "signing.verifiers are for the environment whose key signs."
  }
}
