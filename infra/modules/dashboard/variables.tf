variable "name" {
  description = "Name of the dashboard."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,255}$", var.name))
    error_message = "name must be 1 to 255 letters, digits, hyphens and underscores."
  }
}

variable "alarm_arns" {
  description = "Alarms that the first row shows, the gravest first."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.alarm_arns) >= 1 && length(var.alarm_arns) <= 100
    error_message = "alarm_arns must hold one to a hundred alarms."
  }
}

variable "graphs" {
  description = "Graphs below, three in a row, in their order: metrics as CloudWatch writes them in a dashboard."
  type = list(object({
    title   = string
    metrics = list(list(string))
    stat    = optional(string, "Average")
  }))
  nullable = false

  validation {
    condition     = alltrue([for graph in var.graphs : length(graph.metrics) > 0 && alltrue([for metric in graph.metrics : length(metric) >= 2 && length(metric) % 2 == 0])])
    error_message = "A metric is a namespace, a name, and pairs of dimension and value."
  }
}

variable "log_queries" {
  description = "Tables of log lines at the end, by title: the log groups and the query of Logs Insights."
  type = map(object({
    log_groups = list(string)
    query      = string
  }))
  nullable = false
  default  = {}

  validation {
    condition     = alltrue([for one in values(var.log_queries) : length(one.log_groups) > 0 && strcontains(one.query, "| limit ")])
    error_message = "A log query needs log groups and a limit."
  }
}
