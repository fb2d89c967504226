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

variable "fleets" {
  description = "Of each fleet (jobs, build, deploy) runners at least and at most, and jobs that one runs at a time; one and two where nothing is said."
  type = map(object({
    min_size   = number
    max_size   = number
    concurrent = optional(number, 4)
  }))
  nullable = false
  default  = { jobs = { min_size = 1, max_size = 3 } }

  validation {
    condition     = alltrue([for purpose, fleet in var.fleets : contains(["jobs", "build", "deploy"], purpose) && fleet.min_size >= 1 && fleet.max_size >= fleet.min_size])
    error_message = "fleets must be of jobs, build or deploy, with a min_size of 1 or more and a max_size that is not smaller."
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
