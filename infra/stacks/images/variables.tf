variable "kubernetes_version" {
  description = "Kubernetes minor version of the nodes: which of Amazon's images theirs starts from. The stack cluster's must not be older."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^1\\.(3[1-9]|[4-9][0-9])$", var.kubernetes_version))
    error_message = "kubernetes_version must be a minor version from 1.31 on, without a patch level, like \"1.33\"."
  }
}

variable "checksums" {
  description = "SHA-256 of what the builders take from the mirror: goss and Fluent Bit."
  type = object({
    goss       = string
    fluent_bit = string
  })
  nullable = false

  validation {
    condition     = alltrue([for sum in [var.checksums.goss, var.checksums.fluent_bit] : can(regex("^[0-9a-f]{64}$", sum))])
    error_message = "checksums must be SHA-256 in hexadecimal: 64 digits."
  }
}

variable "ssh_authority" {
  description = "Public key of the authority that signs engineers' SSH certificates; empty where EC2 Instance Connect alone is used."
  type        = string
  nullable    = false
  default     = ""

  validation {
    condition     = var.ssh_authority == "" || can(regex("^(ssh-ed25519|ecdsa-sha2-nistp[0-9]+) [A-Za-z0-9+/=]+( .*)?$", var.ssh_authority))
    error_message = "ssh_authority must be a public key, ssh-ed25519 or ecdsa."
  }
}

variable "schedule" {
  description = "When every image is built anew: cron of Image Builder, UTC."
  type        = string
  nullable    = false
  default     = "cron(0 6 1 * ? *)"

  validation {
    condition     = can(regex("^cron\\(([^ ]+ ){5}[^ ]+\\)$", var.schedule))
    error_message = "schedule must be cron(…) of six fields."
  }
}

variable "patch_schedule" {
  description = "When bastions and jump hosts that live long enough are patched: cron of SSM, UTC, each at another time."
  type        = map(string)
  nullable    = false
  default = {
    bastion = "cron(0 4 ? * TUE *)"
    jump    = "cron(0 4 ? * WED *)"
  }

  validation {
    condition     = length(distinct(values(var.patch_schedule))) == length(var.patch_schedule)
    error_message = "Two roles would be patched at once."
  }
}

variable "default_baseline" {
  description = "Whether the patch baseline is that of the whole account and region: false where another environment's is."
  type        = bool
  nullable    = false
  default     = true
}
