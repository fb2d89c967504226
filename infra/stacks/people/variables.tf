variable "engineers" {
  description = <<-EOT
    Engineers who come for a time, or whose access is theirs alone, by short name; who is on call by the team's role needs no entry.
    See the module onboarding for each word. vpn_group is the id of a group of the directory, for who is in no group that the VPN
    knows yet.
  EOT
  type = map(object({
    principal_arn  = string
    session_name   = optional(string)
    level          = optional(string, "read")
    expires_on     = optional(string)
    revoked_before = optional(string)
    active         = optional(bool, true)
    vpn_group      = optional(string)
  }))
  nullable = false
  default  = {}

  validation {
    condition     = alltrue([for engineer in values(var.engineers) : contains(["read", "act"], engineer.level)])
    error_message = "level of an engineer must be read or act."
  }

  validation {
    condition     = var.environment != "prod" || alltrue([for engineer in values(var.engineers) : !engineer.active || engineer.expires_on != null])
    error_message = "In prod an engineer's own access must have an end: give expires_on."
  }

  validation {
    condition     = length(var.engineers) <= 15
    error_message = "engineers holds more than fifteen: a team comes by a group of the directory and by the roles of global."
  }
}
