variable "name" {
  description = "Prefix of the names, like shop-prod."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,39}$", var.name))
    error_message = "name must be 3 to 40 characters: lower-case letters, digits and hyphens, a letter first."
  }
}

variable "record_global_resources" {
  description = "Whether Config records IAM here: in one region only, or each change is recorded, and paid, once per region."
  type        = bool
  nullable    = false
}

variable "bucket" {
  description = "Bucket of Config's history; its policy must let config.amazonaws.com write under the prefix config/, and it must lock nothing by itself, or Config does not write."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.bucket) >= 3
    error_message = "bucket must be the name of a bucket."
  }
}

variable "volume_key_arn" {
  description = "KMS key of volumes whose maker named none."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:", var.volume_key_arn))
    error_message = "volume_key_arn must be the ARN of a KMS key."
  }
}

variable "topic_arn" {
  description = "SNS topic of findings; its policy must let events.amazonaws.com publish."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:sns:", var.topic_arn))
    error_message = "topic_arn must be the ARN of an SNS topic."
  }
}

variable "finding_severity" {
  description = "GuardDuty severity from which somebody is told: 7 is high."
  type        = number
  nullable    = false
  default     = 7

  validation {
    condition     = var.finding_severity >= 1 && var.finding_severity <= 8.9
    error_message = "finding_severity must be between 1 and 8.9."
  }
}

variable "config_rules" {
  description = "AWS Config's managed rules that the account is held against, by our name: AWS's identifier, and parameters."
  type = map(object({
    identifier = string
    parameters = optional(map(string), {})
  }))
  nullable = false
  default = {
    cloudtrail-on           = { identifier = "MULTI_REGION_CLOUD_TRAIL_ENABLED" }
    default-group-closed    = { identifier = "VPC_DEFAULT_SECURITY_GROUP_CLOSED" }
    eks-endpoint-private    = { identifier = "EKS_ENDPOINT_NO_PUBLIC_ACCESS" }
    eks-secrets-encrypted   = { identifier = "EKS_SECRETS_ENCRYPTED" }
    flow-logs-on            = { identifier = "VPC_FLOW_LOGS_ENABLED" }
    imdsv2                  = { identifier = "EC2_IMDSV2_CHECK" }
    key-rotation            = { identifier = "CMK_BACKING_KEY_ROTATION_ENABLED" }
    no-root-key             = { identifier = "IAM_ROOT_ACCESS_KEY_CHECK" }
    root-mfa                = { identifier = "ROOT_ACCOUNT_MFA_ENABLED" }
    s3-encrypted-in-transit = { identifier = "S3_BUCKET_SSL_REQUESTS_ONLY" }
    ssh-closed              = { identifier = "INCOMING_SSH_DISABLED" }
    tagged = {
      identifier = "REQUIRED_TAGS"
      parameters = { tag1Key = "quarterdeck:estate", tag2Key = "quarterdeck:environment" }
    }
    volumes-encrypted = { identifier = "ENCRYPTED_VOLUMES" }
  }

  validation {
    condition     = alltrue([for rule in values(var.config_rules) : can(regex("^[A-Z0-9_]+$", rule.identifier))])
    error_message = "identifier of a rule must be that of an AWS managed rule, like ENCRYPTED_VOLUMES."
  }
}
