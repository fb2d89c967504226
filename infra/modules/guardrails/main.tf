data "aws_partition" "this" {}

data "aws_caller_identity" "this" {}

locals {
  config_role_arn = join("", [
    "arn:${data.aws_partition.this.partition}:iam::${data.aws_caller_identity.this.account_id}:role/aws-service-role/",
    "config.amazonaws.com/AWSServiceRoleForConfig",
  ])

  guardduty_features = {
    S3_DATA_EVENTS         = []
    EKS_AUDIT_LOGS         = []
    EBS_MALWARE_PROTECTION = []
    RDS_LOGIN_EVENTS       = []
    RUNTIME_MONITORING     = ["EKS_ADDON_MANAGEMENT", "EC2_AGENT_MANAGEMENT"]
  }
}

# ---- what is new is encrypted and shut, whoever makes it

resource "aws_ebs_encryption_by_default" "this" {
  enabled = true
}

resource "aws_ebs_default_kms_key" "this" {
  key_arn = var.volume_key_arn
}

resource "aws_ebs_snapshot_block_public_access" "this" {
  state = "block-all-sharing"
}

resource "aws_ec2_image_block_public_access" "this" {
  state = "block-new-sharing"
}

resource "aws_ec2_instance_metadata_defaults" "this" {
  http_endpoint               = "enabled"
  http_tokens                 = "required"
  http_put_response_hop_limit = 1
  instance_metadata_tags      = "disabled"
}

resource "aws_ec2_serial_console_access" "this" {
  enabled = false
}

# ---- what watches

resource "aws_guardduty_detector" "this" {
  #checkov:skip=CKV2_AWS_3:one account; an organisation turns it on for all regions from its own security account
  enable                       = true
  finding_publishing_frequency = "FIFTEEN_MINUTES"
}

resource "aws_guardduty_detector_feature" "this" {
  for_each = local.guardduty_features

  detector_id = aws_guardduty_detector.this.id
  name        = each.key
  status      = "ENABLED"

  dynamic "additional_configuration" {
    for_each = toset(each.value)

    content {
      name   = additional_configuration.value
      status = "ENABLED"
    }
  }
}

resource "aws_inspector2_enabler" "this" {
  account_ids    = [data.aws_caller_identity.this.account_id]
  resource_types = ["EC2", "ECR"]
}

resource "aws_accessanalyzer_analyzer" "this" {
  analyzer_name = "${var.name}-outside-access"
  type          = "ACCOUNT"
}

resource "aws_config_configuration_recorder" "this" {
  #checkov:skip=CKV2_AWS_48:all is recorded; what has no region is recorded in the primary region alone, or it would be paid once per region
  name     = var.name
  role_arn = local.config_role_arn

  recording_group {
    all_supported                 = true
    include_global_resource_types = var.record_global_resources
  }
}

resource "aws_config_delivery_channel" "this" {
  name           = var.name
  s3_bucket_name = var.bucket
  s3_key_prefix  = "config"

  depends_on = [aws_config_configuration_recorder.this]
}

resource "aws_config_configuration_recorder_status" "this" {
  name       = aws_config_configuration_recorder.this.name
  is_enabled = true

  depends_on = [aws_config_delivery_channel.this]
}

resource "aws_config_config_rule" "this" {
  for_each = var.config_rules

  name             = "${var.name}-${each.key}"
  input_parameters = length(each.value.parameters) == 0 ? null : jsonencode(each.value.parameters)

  source {
    owner             = "AWS"
    source_identifier = each.value.identifier
  }

  depends_on = [aws_config_configuration_recorder_status.this]
}

# ---- who is told

resource "aws_cloudwatch_event_rule" "finding" {
  name        = "${var.name}-guardduty"
  description = "Findings of GuardDuty of severity ${var.finding_severity} and above"

  event_pattern = jsonencode({
    source      = ["aws.guardduty"]
    detail-type = ["GuardDuty Finding"]
    detail      = { severity = [{ numeric = [">=", var.finding_severity] }] }
  })
}

resource "aws_cloudwatch_event_rule" "analyzer" {
  name        = "${var.name}-outside-access"
  description = "Something of the account was opened to outside of it"

  event_pattern = jsonencode({
    source      = ["aws.access-analyzer"]
    detail-type = ["Access Analyzer Finding"]
    detail      = { status = ["ACTIVE"] }
  })
}

resource "aws_cloudwatch_event_target" "told" {
  for_each = { guardduty = aws_cloudwatch_event_rule.finding.name, analyzer = aws_cloudwatch_event_rule.analyzer.name }

  rule = each.value
  arn  = var.topic_arn
}
