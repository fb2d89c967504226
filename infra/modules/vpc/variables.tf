variable "name" {
  description = "Prefix of names, e.g. shop-prod; the VPC is called NAME-KIND."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}$", var.name))
    error_message = "name must be small letters, digits and dashes, at most 31."
  }
}

variable "kind" {
  description = "What the VPC is for; value of its tag quarterdeck:vpc."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["security", "lb", "app"], var.kind)
    error_message = "kind must be security, lb or app."
  }
}

variable "cidr" {
  description = "The VPC's block."
  type        = string
  nullable    = false

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && try(tonumber(split("/", var.cidr)[1]) >= 16 && tonumber(split("/", var.cidr)[1]) <= 24, false)
    error_message = "cidr must be a block between /16 and /24."
  }
}

variable "zones" {
  description = "Availability zones; each tier has a subnet in each."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(distinct(var.zones)) >= 2 && length(distinct(var.zones)) == length(var.zones)
    error_message = "At least two different zones: nothing may hang on one."
  }
}

variable "tiers" {
  description = <<-END
    Subnets by what they are for: tier → zone → CIDR, and how they are routed. `routes` is `none` (the VPC's main table, which holds
    nothing but the VPC itself), `own` (one table for the tier), `zonal` (one for each zone); `public` gives a default route to the
    internet gateway, `nat` one to the zone's NAT. `acl`, where given, replaces the open network ACL.
  END
  type = map(object({
    cidrs  = map(string)
    routes = optional(string, "none")
    public = optional(bool, false)
    nat    = optional(bool, false)
    tags   = optional(map(string), {})
    acl = optional(object({
      ingress = list(object({ cidr = string, protocol = string, from_port = number, to_port = number }))
      egress  = list(object({ cidr = string, protocol = string, from_port = number, to_port = number }))
    }))
  }))
  nullable = false

  validation {
    condition     = alltrue([for tier in values(var.tiers) : toset(keys(tier.cidrs)) == toset(var.zones)])
    error_message = "Each tier needs one CIDR for each zone."
  }

  validation {
    condition     = alltrue(flatten([for tier in values(var.tiers) : [for cidr in values(tier.cidrs) : try(cidrhost("${split("/", cidr)[0]}/${split("/", var.cidr)[1]}", 0) == cidrhost(var.cidr, 0) && tonumber(split("/", cidr)[1]) <= 28, false)]]))
    error_message = "Each subnet must lie in the VPC's block, and a subnet of AWS is a /28 at least."
  }

  validation {
    condition = alltrue(flatten([
      for i, one in flatten([for tier in values(var.tiers) : values(tier.cidrs)]) : [
        for j, other in flatten([for tier in values(var.tiers) : values(tier.cidrs)]) : try(
          cidrhost("${split("/", one)[0]}/${min(split("/", one)[1], split("/", other)[1])}", 0) != cidrhost("${split("/", other)[0]}/${min(split("/", one)[1], split("/", other)[1])}", 0), false
        ) if i < j
      ]
    ]))
    error_message = "Two subnets overlap."
  }

  validation {
    condition     = alltrue([for tier in values(var.tiers) : contains(["none", "own", "zonal"], tier.routes) && (!tier.public || tier.routes == "own") && (!tier.nat || tier.routes == "zonal") && !(tier.public && tier.nat)])
    error_message = "routes must be none, own or zonal; a public tier has its own table, a tier with NAT one for each zone, and none is both."
  }

  validation {
    condition     = var.kind == "lb" || alltrue([for tier in values(var.tiers) : !tier.public && !tier.nat])
    error_message = "Only the LB VPC has a way to the internet: no public tier and no NAT in the others."
  }

  validation {
    condition     = !anytrue([for tier in values(var.tiers) : tier.nat]) || length([for tier in values(var.tiers) : tier if tier.public]) == 1
    error_message = "NAT gateways stand in the public tier: there must be exactly one."
  }
}

variable "flow_log_bucket_arn" {
  description = "Bucket (or bucket and prefix) that the flow log goes to."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:s3:::.+$", var.flow_log_bucket_arn))
    error_message = "flow_log_bucket_arn must be the ARN of an S3 bucket: every VPC has a flow log."
  }
}

variable "domain_name" {
  description = "Search domain of the hosts; null for the region's own."
  type        = string
  default     = null

  validation {
    condition     = var.domain_name == null || can(regex("^[a-z0-9.-]+$", var.domain_name))
    error_message = "domain_name must be a domain name."
  }
}
