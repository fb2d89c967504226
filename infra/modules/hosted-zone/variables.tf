variable "name" {
  description = "Domain of the zone, like prod.shop.example.com. Whoever owns the parent delegates to name_servers and puts the DS record."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", var.name))
    error_message = "name must be a domain in lower case, without a dot at its end."
  }
}

variable "signing" {
  description = "KMS key of DNSSEC: ECC_NIST_P256, in us-east-1, usable by Route 53; null leaves the zone unsigned."
  type = object({
    key_arn = string
  })
  default = null

  validation {
    condition     = var.signing == null || can(regex("^arn:[a-z-]+:kms:us-east-1:", var.signing.key_arn))
    error_message = "signing.key_arn must be the ARN of a KMS key in us-east-1: Route 53 takes no other region's."
  }
}

variable "query_log" {
  description = "Log group in us-east-1, /aws/route53/…, for what is asked; null keeps no log."
  type = object({
    group_arn = string
  })
  default = null

  validation {
    condition     = var.query_log == null || can(regex("^arn:[a-z-]+:logs:us-east-1:[0-9]{12}:log-group:/aws/route53/", var.query_log.group_arn))
    error_message = "query_log.group_arn must be the ARN of a log group /aws/route53/… in us-east-1: Route 53 takes no other."
  }
}
