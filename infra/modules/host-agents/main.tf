data "aws_partition" "this" {}

locals {
  mirror_arn = "arn:${data.aws_partition.this.partition}:s3:::${var.agents.mirror}"

  # What a host reads while it runs; packages are for the build of its image alone.
  prefixes = ["clamav/", "ssh/"]
}

resource "aws_iam_role_policy_attachment" "session_manager" {
  role       = var.role_name
  policy_arn = "arn:${data.aws_partition.this.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy" "agents" {
  name = "agents"
  role = var.role_name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Logs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
        Resource = [for arn in var.agents.log_group_arns : "${arn}:*"]
      },
      {
        Sid       = "Metrics"
        Effect    = "Allow"
        Action    = "cloudwatch:PutMetricData"
        Resource  = "*"
        Condition = { StringEquals = { "cloudwatch:namespace" = var.agents.metric_namespace } }
      },
      # the CloudWatch agent reads its host's Auto Scaling group from the tags, by which alarms find a disk; tags have no narrower ARN
      {
        Sid      = "Group"
        Effect   = "Allow"
        Action   = "ec2:DescribeTags"
        Resource = "*"
      },
      {
        Sid      = "Mirror"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = [for prefix in local.prefixes : "${local.mirror_arn}/${prefix}*"]
      },
      {
        Sid       = "MirrorList"
        Effect    = "Allow"
        Action    = "s3:ListBucket"
        Resource  = local.mirror_arn
        Condition = { StringLike = { "s3:prefix" = [for prefix in local.prefixes : "${prefix}*"] } }
      },
      {
        Sid       = "MirrorKey"
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = var.agents.mirror_key_arn
        Condition = { StringLike = { "kms:EncryptionContext:aws:s3:arn" = [local.mirror_arn, "${local.mirror_arn}/*"] } }
      },
    ]
  })
}
