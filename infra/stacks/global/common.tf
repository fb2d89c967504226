# The same in every stack, byte for byte; infra/tests/check compares. What differs is in main.tf, variables.tf and publish.tf.

terraform {
  required_version = ">= 1.11.0, < 2.0.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "= 6.66.0"
    }
  }

  # bucket, region, key and lock come from infra/stack; the lock is a native one, in the bucket
  backend "s3" {}
}

provider "aws" {
  region = var.region

  default_tags {
    tags = local.tags
  }
}

variable "estate" {
  description = "Short name of what is run here."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,9}$", var.estate))
    error_message = "estate must be 2 to 10 small letters and digits, the first a letter: it begins the name of everything, and some names end at 32."
  }
}

variable "environment" {
  description = "Which environment this is."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["dev", "test", "prod"], var.environment)
    error_message = "environment must be dev, test or prod."
  }
}

variable "copy" {
  description = "Empty for the environment itself; KIND-NUMBER, e.g. pr-123, for a one-off copy of it."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^([a-z]{1,4}-[1-9][0-9]{0,4})?$", var.copy))
    error_message = "copy must be empty, or up to four letters, a dash and a number of up to five digits, e.g. pr-123."
  }

  validation {
    condition     = var.copy == "" || var.environment != "prod"
    error_message = "There are no copies of prod: copy dev or test."
  }
}

variable "region" {
  description = "The region of this state."
  type        = string
  nullable    = false

  validation {
    condition     = contains(keys(var.regions), var.region)
    error_message = "region must be one of regions."
  }
}

variable "primary_region" {
  description = "Where that is made which exists once per account or environment."
  type        = string
  nullable    = false

  validation {
    condition     = contains(keys(var.regions), var.primary_region)
    error_message = "primary_region must be one of regions."
  }
}

variable "regions" {
  description = "The regions of the environment: the block of addresses that each may use, and its availability zones."
  type = map(object({
    block = string
    zones = list(string)
  }))
  nullable = false

  validation {
    condition     = length(var.regions) > 0 && alltrue([for name in keys(var.regions) : can(regex("^us-(east|west)-[12]$", name))])
    error_message = "regions must name at least one region of the United States."
  }

  validation {
    condition     = alltrue([for one in values(var.regions) : can(cidrhost(one.block, 0)) && try(tonumber(split("/", one.block)[1]), 0) == 15])
    error_message = "The block of each region must be a /15: App VPC /16, the rest for the Security VPC, the LB VPC and the VPN's clients."
  }

  validation {
    condition = alltrue([
      for name, one in var.regions : length(distinct(one.zones)) == length(one.zones) && length(one.zones) >= 2 && length(one.zones) <= 3 && alltrue([for zone in one.zones : startswith(zone, name)])
    ])
    error_message = "Each region needs two or three different availability zones of its own: nothing may hang on one zone."
  }
}

# tflint-ignore: terraform_unused_declarations # each stack has all that is common; only network plans addresses
variable "elsewhere" {
  description = "Blocks of addresses that others use (other environments, offices): nothing here may overlap them."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for block in var.elsewhere : can(cidrhost(block, 0))])
    error_message = "elsewhere must be a list of CIDR blocks."
  }
}

variable "tags" {
  description = "Further tags on everything, e.g. cost-centre."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key in keys(var.tags) : !startswith(key, "quarterdeck:") && !startswith(key, "aws:")])
    error_message = "The tags quarterdeck:… and aws:… are not for tags: the stacks set the former, AWS the latter."
  }
}

locals {
  name = join("-", compact([var.estate, var.environment, var.copy]))
  # tflint-ignore: terraform_unused_declarations # each stack has all that is common
  primary    = var.region == var.primary_region
  parameters = "/${local.name}"

  tags = merge(var.tags, {
    "quarterdeck:estate"      = local.name
    "quarterdeck:environment" = var.environment
    "quarterdeck:region"      = var.region
    "quarterdeck:stack"       = local.stack
  })
}
