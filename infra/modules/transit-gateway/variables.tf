variable "name" {
  description = "Name of the transit gateway."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,40}$", var.name))
    error_message = "name must be small letters, digits and dashes."
  }
}

variable "vpcs" {
  description = "VPCs to join: segment → the VPC, its subnets for the attachment (one in each zone)."
  type = map(object({
    vpc_id     = string
    subnet_ids = list(string)
  }))
  nullable = false

  validation {
    condition     = length(var.vpcs) >= 2 && alltrue([for one in values(var.vpcs) : length(one.subnet_ids) >= 2])
    error_message = "There must be two VPCs at least, each attached in two zones at least."
  }
}

variable "reaches" {
  description = "Segment → segments that it may send to. Answers need the way back, so it must hold both ways."
  type        = map(set(string))
  nullable    = false

  validation {
    condition     = alltrue(flatten([for from, all in var.reaches : [for to in all : contains(try(var.reaches[to], []), from)]]))
    error_message = "A segment that may send to another must be reachable from there as well, or no answer comes."
  }

  validation {
    condition     = toset(keys(var.reaches)) == toset(keys(var.vpcs)) && alltrue([for from, all in var.reaches : !contains(all, from)])
    error_message = "reaches must have each segment of vpcs once, and none that reaches itself."
  }
}

variable "routes" {
  description = "Routes of the VPCs over the gateway: key → route table, destination, and the segment the table is of."
  type = map(object({
    segment        = string
    route_table_id = string
    destination    = string
    to             = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for one in values(var.routes) : !endswith(one.destination, "/0")])
    error_message = "No default route goes over the transit gateway: there is no way out behind it."
  }

  validation {
    condition     = alltrue([for one in values(var.routes) : contains(try(var.reaches[one.segment], []), one.to)])
    error_message = "A route leads to a segment that its own does not reach."
  }
}
