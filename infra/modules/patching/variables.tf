variable "name" {
  description = "Prefix of the names, like shop-prod."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,39}$", var.name))
    error_message = "name must be 3 to 40 characters: lower-case letters, digits and hyphens, a letter first."
  }
}

variable "estate" {
  description = "Value of the tag quarterdeck:estate of the hosts that are patched."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.estate) > 0
    error_message = "estate must be the value of a tag."
  }
}

variable "deadlines_days" {
  description = "Days from the release of a patch until it is on every host, by severity. Two of them are Inspector's and the patch run's time."
  type = object({
    critical = number
    high     = number
    medium   = number
  })
  nullable = false
  default  = { critical = 7, high = 30, medium = 90 }

  validation {
    condition = (
      var.deadlines_days.critical >= 2 && var.deadlines_days.critical <= var.deadlines_days.high &&
      var.deadlines_days.high <= var.deadlines_days.medium && var.deadlines_days.medium <= 365
    )
    error_message = "deadlines_days must grow from critical (2 days or more) over high to medium (a year at most)."
  }
}

variable "default_baseline" {
  description = "Whether the baseline is the one that hosts of the account and region take: once per account, and not in a one-off copy."
  type        = bool
  nullable    = false
}

variable "patch_schedule" {
  description = "When hosts that live long enough are patched, each role by itself: cron of SSM, UTC. Roles must not be patched at once."
  type        = map(string)
  nullable    = false
  default = {
    bastion = "cron(0 4 ? * TUE *)"
    jump    = "cron(0 4 ? * WED *)"
  }

  validation {
    condition     = length(setsubtract(keys(var.patch_schedule), ["bastion", "jump", "runner"])) == 0
    error_message = "patch_schedule is for bastion, jump and runner: nodes are never changed in place, they get a new image."
  }

  validation {
    condition     = alltrue([for cron in values(var.patch_schedule) : can(regex("^cron\\(([^ ]+ ){5}[^ ]+\\)$", cron))])
    error_message = "patch_schedule must be cron(…) of six fields."
  }

  validation {
    condition     = length(distinct(values(var.patch_schedule))) == length(var.patch_schedule)
    error_message = "Two roles would be patched at once: the way in could be gone for a while."
  }
}

variable "reported_roles" {
  description = "Roles whose hosts are looked at every day, without a change, so that what is missing shows."
  type        = set(string)
  nullable    = false
  default     = ["bastion", "jump", "node"]

  validation {
    condition     = length(var.reported_roles) > 0
    error_message = "reported_roles must name at least one role."
  }
}

variable "revoked_keys" {
  description = "Where the list of revoked SSH certificates is (bucket/key of the mirror), and how often hosts take it."
  type = object({
    bucket = string
    key    = optional(string, "ssh/revoked_keys")
    rate   = optional(string, "rate(30 minutes)")
  })
  nullable = false

  validation {
    condition     = can(regex("^rate\\((30 minutes|1 hour|[2-6] hours)\\)$", var.revoked_keys.rate))
    error_message = "revoked_keys.rate must be rate(30 minutes) to rate(6 hours): who has left is out within that time; SSM takes nothing shorter."
  }
}
