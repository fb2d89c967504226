variable "name" {
  description = "Prefix of names."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,40}$", var.name))
    error_message = "name must be small letters, digits and dashes."
  }
}

variable "near" {
  description = "The side of this state's region: region, VPC, and what of it is reached from afar (`from`: source subnets of the VPN, `to`: bastions)."
  type = object({
    region  = string
    vpc_id  = string
    vpn     = object({ cidrs = list(string), route_table_ids = map(string) })
    bastion = object({ cidrs = list(string), route_table_ids = map(string) })
  })
  nullable = false

  validation {
    condition     = length(var.near.vpn.cidrs) > 0 && length(var.near.bastion.cidrs) > 0
    error_message = "near needs the blocks of the VPN's and the bastions' subnets."
  }
}

variable "far" {
  description = "The other region's side, as near."
  type = object({
    region  = string
    vpc_id  = string
    vpn     = object({ cidrs = list(string), route_table_ids = map(string) })
    bastion = object({ cidrs = list(string), route_table_ids = map(string) })
  })
  nullable = false

  validation {
    condition     = var.far.region != var.near.region
    error_message = "The two sides must be of different regions."
  }

  validation {
    condition = alltrue(flatten([for one in concat(var.near.vpn.cidrs, var.near.bastion.cidrs) : [for other in concat(var.far.vpn.cidrs, var.far.bastion.cidrs) :
      cidrhost("${split("/", one)[0]}/${min(split("/", one)[1], split("/", other)[1])}", 0) != cidrhost("${split("/", other)[0]}/${min(split("/", one)[1], split("/", other)[1])}", 0)
    ]]))
    error_message = "Blocks of the two sides overlap: peered VPCs need blocks of their own."
  }
}
