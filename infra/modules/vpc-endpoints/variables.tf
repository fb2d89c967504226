variable "name" {
  description = "Prefix of names, e.g. shop-prod-app."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,40}$", var.name))
    error_message = "name must be small letters, digits and dashes."
  }
}

variable "kind" {
  description = "Of which VPC: value of the tag quarterdeck:vpc."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["security", "lb", "app"], var.kind)
    error_message = "kind must be security, lb or app."
  }
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.vpc_id) > 0
    error_message = "vpc_id must not be empty."
  }
}

variable "services" {
  description = "Services with an interface endpoint, as AWS names them after com.amazonaws.REGION."
  type        = set(string)
  nullable    = false

  validation {
    condition     = alltrue([for one in var.services : can(regex("^[a-z0-9.-]+$", one)) && one != "s3" && one != "dynamodb"])
    error_message = "services must be names such as ecr.api; s3 and dynamodb have gateways (s3 always, without cost)."
  }
}

variable "without_policy" {
  description = "Of the services, those whose endpoint takes no policy of ours: AWS says that they support the full-access policy only."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(setsubtract(var.without_policy, var.services)) == 0
    error_message = "without_policy must be of services."
  }
}

variable "subnet_ids" {
  description = "Where the endpoints stand: one subnet in each zone."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "Endpoints stand in two zones at least."
  }
}

variable "security_group_ids" {
  description = "Groups of the endpoints."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.security_group_ids) > 0
    error_message = "Without a group AWS would give the VPC's default one, which admits nobody."
  }
}

variable "route_table_ids" {
  description = "Tables that get the route to S3's gateway."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.route_table_ids) > 0
    error_message = "A gateway that no table leads to serves nobody."
  }
}

variable "readable_buckets" {
  description = "Buckets of others that may be read through the gateway (ECR's layers, package repositories); all else must be of this account."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for one in var.readable_buckets : can(regex("^[a-z0-9.-]{3,63}$", one))])
    error_message = "readable_buckets must be names of buckets."
  }
}
