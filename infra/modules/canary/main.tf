data "aws_partition" "this" {}

data "aws_caller_identity" "this" {}

data "aws_region" "this" {}

locals {
  partition  = data.aws_partition.this.partition
  account_id = data.aws_caller_identity.this.account_id
  code_key   = "canaries/probe-${substr(filesha256("${path.module}/source/probe.js"), 0, 12)}.zip"
  bucket_arn = "arn:${local.partition}:s3:::${var.artifacts.bucket}"
}

resource "aws_iam_role" "this" {
  name_prefix          = "${substr(var.name, 0, 30)}-canary-"
  description          = "The canary ${var.name}"
  permissions_boundary = var.permissions_boundary

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy" "this" {
  name = "canary"
  role = aws_iam_role.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Results"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "${local.bucket_arn}/${var.artifacts.prefix}/*"
      },
      {
        Sid      = "Buckets"
        Effect   = "Allow"
        Action   = "s3:GetBucketLocation"
        Resource = local.bucket_arn
      },
      {
        Sid      = "Key"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey", "kms:Decrypt"]
        Resource = var.artifacts.key_arn
      },
      {
        Sid      = "Logs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:${local.partition}:logs:${data.aws_region.this.region}:${local.account_id}:log-group:/aws/lambda/cwsyn-${var.name}-*"
      },
      {
        Sid       = "Metrics"
        Effect    = "Allow"
        Action    = "cloudwatch:PutMetricData"
        Resource  = "*"
        Condition = { StringEquals = { "cloudwatch:namespace" = "CloudWatchSynthetics" } }
      },
    ]
  })
}

# It has no VPC: it sees what a customer sees, from outside.
resource "aws_synthetics_canary" "this" {
  name                     = var.name
  artifact_s3_location     = "s3://${var.artifacts.bucket}/${var.artifacts.prefix}/${var.name}"
  execution_role_arn       = aws_iam_role.this.arn
  handler                  = "probe.handler"
  runtime_version          = var.runtime_version
  s3_bucket                = var.code_bucket
  s3_key                   = local.code_key
  start_canary             = true
  delete_lambda            = true
  success_retention_period = 7
  failure_retention_period = 31

  schedule {
    expression = var.rate_minutes == 1 ? "rate(1 minute)" : "rate(${var.rate_minutes} minutes)"
  }

  run_config {
    timeout_in_seconds = min(60, ceil(length(var.urls) * var.expected.timeout_ms / 1000) + 5)

    environment_variables = {
      PROBE_URLS       = jsonencode(var.urls)
      PROBE_STATUS     = tostring(var.expected.status)
      PROBE_TEXT       = var.expected.text
      PROBE_TIMEOUT_MS = tostring(var.expected.timeout_ms)
    }
  }

  artifact_config {
    s3_encryption {
      encryption_mode = "SSE_KMS"
      kms_key_arn     = var.artifacts.key_arn
    }
  }

  lifecycle {
    precondition {
      condition     = length(var.urls) * var.expected.timeout_ms / 1000 + 5 <= 60 * var.rate_minutes
      error_message = "If nothing answered, a run would not be over before the next: fewer urls, a shorter timeout or a slower rate."
    }
  }

  depends_on = [aws_iam_role_policy.this]
}

# Synthetics names its function, and Lambda would make the group without key and end: the role may not. What a run says is worth as long
# as its artifacts.
resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338:what a probe said a month ago is worth nothing; its metrics stay
  name              = "/aws/lambda/${split(":", aws_synthetics_canary.this.engine_arn)[6]}"
  retention_in_days = 30
  kms_key_id        = var.log_key_arn
}
