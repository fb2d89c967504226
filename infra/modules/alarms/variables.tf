variable "name" {
  description = "Prefix of the alarms' names, like shop-prod."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,39}$", var.name))
    error_message = "name must be 3 to 40 characters: lower-case letters, digits and hyphens, a letter first."
  }
}

variable "topics" {
  description = "SNS topic of each severity: page wakes somebody, notice waits for the morning."
  type = object({
    page   = string
    notice = string
  })
  nullable = false

  validation {
    condition     = alltrue([for arn in [var.topics.page, var.topics.notice] : can(regex("^arn:[a-z-]+:sns:", arn))])
    error_message = "topics must be ARNs of SNS topics."
  }
}

variable "alarms" {
  description = <<-EOT
    Alarms on one metric each, by name. severity: page, notice, none for what only a composite alarm looks at, or gate for what only a
    deployment looks at.
    missing: what no data means: breaching, notBreaching, ignore or missing.
    p: a percentile like p99 instead of a statistic.
  EOT
  type = map(object({
    description         = string
    namespace           = string
    metric_name         = string
    dimensions          = optional(map(string), {})
    statistic           = optional(string)
    p                   = optional(string)
    period_seconds      = optional(number, 60)
    evaluation_periods  = optional(number, 3)
    datapoints_to_alarm = optional(number)
    comparison          = optional(string, "GreaterThanOrEqualToThreshold")
    threshold           = number
    missing             = optional(string, "notBreaching")
    severity            = optional(string, "none")
  }))
  nullable = false
  default  = {}

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : contains(["page", "notice", "none", "gate"], alarm.severity)])
    error_message = "severity must be page, notice, none or gate."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : (alarm.statistic == null) != (alarm.p == null)])
    error_message = "An alarm needs either statistic or p."
  }

  validation {
    condition = alltrue([
      for alarm in values(var.alarms) : alarm.statistic == null || contains(["Average", "Maximum", "Minimum", "SampleCount", "Sum"], coalesce(alarm.statistic, "-"))
    ])
    error_message = "statistic must be Average, Maximum, Minimum, SampleCount or Sum."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : contains(["breaching", "notBreaching", "ignore", "missing"], alarm.missing)])
    error_message = "missing must be breaching, notBreaching, ignore or missing."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : alarm.datapoints_to_alarm == null || try(alarm.datapoints_to_alarm <= alarm.evaluation_periods, false)])
    error_message = "datapoints_to_alarm must not be larger than evaluation_periods."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : length(alarm.description) >= 10])
    error_message = "description must say what is wrong and where to look: it is what the one who is woken reads."
  }
}

variable "composites" {
  description = "Composite alarms, by name: any_of or all_of the alarms above. They are what pages, so that one fault is one page."
  type = map(object({
    description = string
    any_of      = optional(set(string), [])
    all_of      = optional(set(string), [])
    severity    = optional(string, "page")
  }))
  nullable = false
  default  = {}

  validation {
    condition     = alltrue([for one in values(var.composites) : contains(["page", "notice", "gate"], one.severity)])
    error_message = "severity of a composite must be page, notice or gate."
  }

  validation {
    condition     = alltrue([for one in values(var.composites) : length(one.any_of) + length(one.all_of) > 0])
    error_message = "A composite needs any_of or all_of."
  }

  validation {
    condition     = alltrue([for one in values(var.composites) : length(setsubtract(setunion(one.any_of, one.all_of), keys(var.alarms))) == 0])
    error_message = "A composite names an alarm that alarms does not hold: it could never go up."
  }
}
