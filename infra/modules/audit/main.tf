data "aws_partition" "this" {}

data "aws_caller_identity" "this" {}

data "aws_region" "this" {}

locals {
  trail_arn = join(":", [
    "arn", data.aws_partition.this.partition, "cloudtrail", data.aws_region.this.region, data.aws_caller_identity.this.account_id,
    "trail/${var.name}",
  ])

  issuer = "userIdentity.sessionContext.sessionIssuer.userName"

  # What nobody should do, or only a few and seldom: each is a metric and an alarm.
  watched = {
    break-glass = {
      says    = "Somebody broke the glass"
      pattern = "{ ($.eventName = \"AssumeRole\") && ($.requestParameters.roleArn = \"${var.break_glass_role_arn}\") }"
    }
    root-account = {
      says    = "The account's root was used"
      pattern = "{ ($.userIdentity.type = \"Root\") && ($.userIdentity.invokedBy NOT EXISTS) && ($.eventType != \"AwsServiceEvent\") }"
    }
    watch-stopped = {
      says = "CloudTrail, Config or GuardDuty was stopped or changed"
      pattern = join("", ["{ ", join(" || ", [
        for name in ["StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors", "StopConfigurationRecorder", "DeleteConfigurationRecorder", "DeleteDetector", "UpdateDetector"] :
        "($.eventName = \"${name}\")"
      ]), " }"])
    }
    key-lost = {
      says    = "A KMS key was disabled, or is going to be deleted"
      pattern = "{ ($.eventSource = \"kms.amazonaws.com\") && (($.eventName = \"DisableKey\") || ($.eventName = \"ScheduleKeyDeletion\")) }"
    }
    denied = {
      says      = "Many calls were denied: a role lacks a permission, or somebody tries doors"
      pattern   = "{ ($.errorCode = \"*UnauthorizedOperation\") || ($.errorCode = \"AccessDenied*\") }"
      threshold = 20
    }
    access-key = {
      says    = "A key that lives for ever was made; nothing here uses one"
      pattern = "{ ($.eventName = \"CreateAccessKey\") || ($.eventName = \"CreateLoginProfile\") }"
    }
    network-opened = {
      says = "The network was changed by somebody who is not the deployer"
      pattern = join("", ["{ (($.${local.issuer} NOT EXISTS) || ($.${local.issuer} != \"${var.name}-deploy\")) && (", join(" || ", [
        for name in ["AuthorizeSecurityGroupIngress", "CreateRoute", "ReplaceRoute", "CreateInternetGateway", "AttachInternetGateway", "CreateNetworkAclEntry", "ReplaceNetworkAclEntry", "CreateNatGateway"] :
        "($.eventName = \"${name}\")"
      ]), ") }"])
    }
  }
}

resource "aws_cloudwatch_log_group" "trail" {
  name                        = "/${var.name}/cloudtrail"
  retention_in_days           = var.retention_days
  kms_key_id                  = var.key_arn
  skip_destroy                = true
  deletion_protection_enabled = true
}

resource "aws_iam_role" "trail" {
  name_prefix          = "${substr(var.name, 0, 27)}-trail-"
  description          = "CloudTrail writes to CloudWatch Logs"
  permissions_boundary = var.permissions_boundary

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "cloudtrail.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceArn" = local.trail_arn } }
    }]
  })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy" "trail" {
  name = "logs"
  role = aws_iam_role.trail.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${aws_cloudwatch_log_group.trail.arn}:log-stream:*"
    }]
  })
}

resource "aws_cloudtrail" "this" {
  #checkov:skip=CKV_AWS_252:nobody waits for single log files; what matters is an alarm from the log group
  name                          = var.name
  s3_bucket_name                = var.bucket
  s3_key_prefix                 = "cloudtrail"
  kms_key_id                    = var.key_arn
  is_multi_region_trail         = true
  include_global_service_events = true
  enable_log_file_validation    = true
  enable_logging                = true
  cloud_watch_logs_group_arn    = "${aws_cloudwatch_log_group.trail.arn}:*"
  cloud_watch_logs_role_arn     = aws_iam_role.trail.arn

  advanced_event_selector {
    name = "Management"

    field_selector {
      field  = "eventCategory"
      equals = ["Management"]
    }
  }

  dynamic "advanced_event_selector" {
    for_each = length(var.data_buckets) == 0 ? [] : [sort(var.data_buckets)]

    content {
      name = "Objects of our buckets"

      field_selector {
        field  = "eventCategory"
        equals = ["Data"]
      }

      field_selector {
        field  = "resources.type"
        equals = ["AWS::S3::Object"]
      }

      field_selector {
        field       = "resources.ARN"
        starts_with = [for arn in advanced_event_selector.value : "${arn}/"]
      }
    }
  }

  insight_selector {
    insight_type = "ApiCallRateInsight"
  }

  insight_selector {
    insight_type = "ApiErrorRateInsight"
  }

  depends_on = [aws_iam_role_policy.trail]
}

resource "aws_cloudwatch_log_metric_filter" "watched" {
  for_each = local.watched

  name           = each.key
  log_group_name = aws_cloudwatch_log_group.trail.name
  pattern        = each.value.pattern

  metric_transformation {
    name          = each.key
    namespace     = "${var.name}/audit"
    value         = "1"
    unit          = "Count"
    default_value = "0"
  }
}

resource "aws_cloudwatch_metric_alarm" "watched" {
  for_each = local.watched

  alarm_name          = "${var.name}-audit-${each.key}"
  alarm_description   = "${each.value.says}. Who: in the log group ${aws_cloudwatch_log_group.trail.name}."
  namespace           = "${var.name}/audit"
  metric_name         = each.key
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = try(each.value.threshold, 1)
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.topic_arn == null ? [] : [var.topic_arn]

  depends_on = [aws_cloudwatch_log_metric_filter.watched]
}
