# What everything else stands on: keys, buckets for logs, roles of people and machines, names, the authority for mTLS. A one-off copy
# has none of it: it lives in what its environment has, so that it costs little and can be taken down whole.

locals {
  stack = "global"

  original   = var.copy == ""
  partition  = data.aws_partition.this.partition
  account_id = data.aws_caller_identity.this.account_id
  here       = "${local.account_id}-${var.region}"

  # Route 53 takes keys and log groups of this region alone
  signed = local.original && local.primary && var.region == "us-east-1"

  iam = "arn:${local.partition}:iam::${local.account_id}"
  roles = {
    read        = "${local.iam}:role/${local.name}-read"
    act         = "${local.iam}:role/${local.name}-act"
    deploy      = "${local.iam}:role/${local.name}-deploy"
    pipeline    = "${local.iam}:role/${local.name}-pipeline"
    break_glass = "${local.iam}:role/${local.name}-break-glass"
  }

  # who uses the key of the logs by itself, and how that is held to this account
  users_of_the_log_key = {
    logs = {
      principal = "logs.${var.region}.amazonaws.com"
      condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = ["arn:${local.partition}:logs:${var.region}:${local.account_id}:log-group:*"] } }
    }
    cloudtrail = {
      principal = "cloudtrail.amazonaws.com"
      actions   = ["kms:GenerateDataKey*"]
      condition = { StringLike = { "kms:EncryptionContext:aws:cloudtrail:arn" = ["arn:${local.partition}:cloudtrail:*:${local.account_id}:trail/*"] } }
    }
    # what describes a key encrypts nothing, and so has no context that a condition could ask for
    cloudtraillooks = {
      principal = "cloudtrail.amazonaws.com"
      actions   = ["kms:DescribeKey"]
      condition = { StringLike = { "aws:SourceArn" = ["arn:${local.partition}:cloudtrail:*:${local.account_id}:trail/*"] } }
    }
    # EventBridge tells KMS for which topic it encrypts, and not for whom
    events = {
      principal = "events.amazonaws.com"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
      condition = { ArnLike = { "kms:EncryptionContext:aws:sns:topicArn" = ["arn:${local.partition}:sns:${var.region}:${local.account_id}:${local.name}-*"] } }
    }
    alarms  = { principal = "cloudwatch.amazonaws.com", condition = { StringEquals = { "aws:SourceAccount" = [local.account_id] } } }
    budgets = { principal = "budgets.amazonaws.com", condition = { StringEquals = { "aws:SourceAccount" = [local.account_id] } } }
  }

  quota_codes = {
    elastic_ips    = { service = "ec2", code = "L-0263D0A3" }
    standard_vcpus = { service = "ec2", code = "L-1216C47A" }
    vpcs           = { service = "vpc", code = "L-F678F1CE" }
  }

  bootstrap    = local.original && local.primary ? jsondecode(data.aws_ssm_parameter.bootstrap["this"].insecure_value) : null
  primary_zone = local.original && !local.primary ? jsondecode(data.aws_ssm_parameter.primary["this"].insecure_value).zone : null

  # as text, because what a copy publishes is its environment's, whatever that holds
  published = jsondecode(local.original ? jsonencode({
    keys = { logs = module.key_logs["this"].arn, data = module.key_data["this"].arn }
    buckets = {
      logs   = module.bucket_logs["this"].name
      audit  = module.bucket_audit["this"].name
      mirror = module.bucket_mirror["this"].name
    }
    roles                = local.roles
    permissions_boundary = "${local.iam}:policy/${local.name}-boundary"
    zone                 = local.primary ? { for part in ["id", "name", "name_servers", "ds_record"] : part => module.zone["this"][part] } : local.primary_zone
    topics               = { security = module.topic["this"].arn }
    private_ca           = module.private_ca["this"].arn
    log_groups           = module.host_logs["this"].names
    agents = {
      log_group_arns = values(module.host_logs["this"].arns)
      mirror         = module.bucket_mirror["this"].name
      mirror_key_arn = module.key_data["this"].arn
    }
  }) : data.aws_ssm_parameter.environment["this"].insecure_value)
}

data "aws_partition" "this" {}

data "aws_caller_identity" "this" {}

# the bucket of states, whose ledger engineers read
data "aws_ssm_parameter" "bootstrap" {
  for_each = local.original && local.primary ? toset(["this"]) : toset([])

  name = "${local.parameters}/bootstrap"
}

data "aws_ssm_parameter" "primary" {
  for_each = local.original && !local.primary ? toset(["this"]) : toset([])

  region = var.primary_region
  name   = "${local.parameters}/${local.stack}"
}

data "aws_ssm_parameter" "environment" {
  for_each = local.original ? toset([]) : toset(["this"])

  name = "/${var.estate}-${var.environment}/${local.stack}"
}

# -- what AWS gives too little of: asked for here, and a day or two pass until it is granted

resource "aws_servicequotas_service_quota" "this" {
  for_each = local.original ? var.quotas : {}

  service_code = local.quota_codes[each.key].service
  quota_code   = local.quota_codes[each.key].code
  value        = each.value
}

# -- keys

module "key_logs" {
  source   = "../../modules/kms-key"
  for_each = toset(local.original ? ["this"] : [])

  name        = "${local.name}/logs"
  description = "Logs, audit and notices of ${local.name}"
  services    = local.users_of_the_log_key
}

module "key_data" {
  source   = "../../modules/kms-key"
  for_each = toset(local.original ? ["this"] : [])

  name        = "${local.name}/data"
  description = "Volumes, images, secrets and buckets of ${local.name}"
  granted_roles = [
    # the resource where it is made here, so that the role is there before the key names it
    try(aws_iam_service_linked_role.this["autoscaling.amazonaws.com"].arn, "${local.iam}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"),
  ]
}

module "key_names" {
  source   = "../../modules/kms-key"
  for_each = toset(local.signed ? ["this"] : [])

  name        = "${local.name}/names"
  description = "DNSSEC of ${var.domain}"
  signs       = true
  services = {
    dnssec = {
      principal = "dnssec-route53.amazonaws.com"
      actions   = ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"]
      condition = { StringEquals = { "aws:SourceAccount" = [local.account_id] } }
    }
    dnssecgrant = {
      principal = "dnssec-route53.amazonaws.com"
      actions   = ["kms:CreateGrant"]
      condition = { Bool = { "kms:GrantIsForAWSResource" = ["true"] } }
    }
  }
}

# The key of the volumes names this role, which Auto Scaling would only make with its first group.
resource "aws_iam_service_linked_role" "this" {
  for_each = local.original && local.primary ? var.service_linked_roles : toset([])

  aws_service_name = each.value
}

# -- buckets

module "bucket_logs" {
  source   = "../../modules/log-bucket"
  for_each = toset(local.original ? ["this"] : [])

  name               = "${local.name}-logs-${local.here}"
  key_arn            = null
  retention_days     = var.retention_days.logs
  archive_after_days = var.retention_days.logs >= 180 ? 90 : null
  access_log         = null
  writers = {
    deliveries = { principal = "delivery.logs.amazonaws.com", prefix = "", reads_acl = true }
    accesses   = { principal = "logging.s3.amazonaws.com", prefix = "s3/" }
    # here and not with the audit: Config does not write into a bucket that locks what is new
    config = { principal = "config.amazonaws.com", prefix = "config/", reads_acl = true }
  }
}

module "bucket_audit" {
  source   = "../../modules/log-bucket"
  for_each = toset(local.original ? ["this"] : [])

  name           = "${local.name}-audit-${local.here}"
  key_arn        = module.key_logs["this"].arn
  retention_days = var.retention_days.audit
  locked_days    = var.audit_locked_days
  access_log     = { bucket = module.bucket_logs["this"].name }
  writers = {
    cloudtrail = { principal = "cloudtrail.amazonaws.com", prefix = "cloudtrail/", reads_acl = true }
  }
}

# Packages, signatures of malware, host tests, the list of revoked keys, the canary's code: what hosts without a way out need.
module "bucket_mirror" {
  source   = "../../modules/log-bucket"
  for_each = toset(local.original ? ["this"] : [])

  name               = "${local.name}-mirror-${local.here}"
  key_arn            = module.key_data["this"].arn
  retention_days     = null
  archive_after_days = null
  access_log         = { bucket = module.bucket_logs["this"].name }
}

# -- logs of hosts

module "host_logs" {
  source   = "../../modules/log-groups"
  for_each = toset(local.original ? ["this"] : [])

  namespace = "${local.name}/hosts"
  key_arn   = module.key_logs["this"].arn
  log_groups = {
    "/${local.name}/hosts/journal" = { retention_days = var.retention_days.hosts }
    "/${local.name}/hosts/audit"   = { retention_days = 365 }
    "/${local.name}/hosts/checks" = {
      retention_days = 365
      metric_filters = {
        malware-found = { pattern = "{ ($.check = \"malware\") && ($.result = \"infected\") }" }
        malware-blind = { pattern = "{ ($.check = \"malware\") && (($.result = \"stale\") || ($.result = \"error\")) }" }
        malware-scans = { pattern = "{ $.check = \"malware\" }" }
        files-changed = { pattern = "{ ($.check = \"integrity\") && ($.result = \"changed\") }" }
        files-blind   = { pattern = "{ ($.check = \"integrity\") && ($.result = \"error\") }" }
      }
    }
  }
}

# -- who is told

module "topic" {
  source   = "../../modules/notice-topic"
  for_each = toset(local.original ? ["this"] : [])

  name          = "${local.name}-security"
  key_arn       = module.key_logs["this"].arn
  publishers    = ["cloudwatch.amazonaws.com", "events.amazonaws.com", "budgets.amazonaws.com"]
  subscriptions = var.security_contacts
}

# -- roles

module "access_roles" {
  source   = "../../modules/access-roles"
  for_each = toset(local.original && local.primary ? ["this"] : [])

  name           = local.name
  regions        = keys(var.regions)
  engineers      = var.people.engineers
  administrators = var.people.administrators
  require_mfa    = var.people.require_mfa
  host_user      = var.host_user
  state          = { bucket = local.bootstrap.bucket, key_arn = local.bootstrap.key }

  environment_before = var.environment_before
}

# -- names

module "zone" {
  source   = "../../modules/hosted-zone"
  for_each = toset(local.original && local.primary ? ["this"] : [])

  name      = var.domain
  signing   = local.signed ? { key_arn = module.key_names["this"].arn } : null
  query_log = local.signed ? { group_arn = module.query_log["this"].arns["/aws/route53/${local.name}"] } : null

  depends_on = [aws_cloudwatch_log_resource_policy.names]
}

module "query_log" {
  source   = "../../modules/log-groups"
  for_each = toset(local.signed ? ["this"] : [])

  namespace  = "${local.name}/names"
  key_arn    = module.key_logs["this"].arn
  log_groups = { "/aws/route53/${local.name}" = { retention_days = 90 } }
}

resource "aws_cloudwatch_log_resource_policy" "names" {
  for_each = toset(local.signed ? ["this"] : [])

  policy_name = "${local.name}-names"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource  = "arn:${local.partition}:logs:${var.region}:${local.account_id}:log-group:/aws/route53/*"
      Principal = { Service = "route53.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    }]
  })
}

# -- the authority for mTLS between the hosts of the application

module "private_ca" {
  source   = "../../modules/private-ca"
  for_each = toset(local.original ? ["this"] : [])

  common_name  = "${local.name} ${var.region} app hosts"
  organization = var.organization
}
