data "aws_caller_identity" "this" {}

data "aws_partition" "this" {}

resource "aws_sns_topic" "this" {
  name              = var.name
  kms_master_key_id = var.key_arn
}

resource "aws_sns_topic_policy" "this" {
  arn = aws_sns_topic.this.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "Account"
        Effect    = "Allow"
        Action    = ["sns:Publish", "sns:Subscribe", "sns:GetTopicAttributes", "sns:SetTopicAttributes", "sns:ListSubscriptionsByTopic"]
        Resource  = aws_sns_topic.this.arn
        Principal = { AWS = "arn:${data.aws_partition.this.partition}:iam::${data.aws_caller_identity.this.account_id}:root" }
      }],
      [for services in [sort(setsubtract(var.publishers, ["events.amazonaws.com"]))] : {
        Sid       = "Services"
        Effect    = "Allow"
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.this.arn
        Principal = { Service = services }
        Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.this.account_id } }
      } if length(services) > 0],
      # EventBridge does not tell SNS for whom it publishes: with a condition each event would be refused, and nobody would hear of it.
      [for service in setintersection(var.publishers, ["events.amazonaws.com"]) : {
        Sid       = "Events"
        Effect    = "Allow"
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.this.arn
        Principal = { Service = service }
      }],
      [{
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.this.arn
        Principal = { AWS = "*" }
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }],
    )
  })
}

resource "aws_sns_topic_subscription" "this" {
  for_each = var.subscriptions

  topic_arn = aws_sns_topic.this.arn
  protocol  = each.value.protocol
  endpoint  = each.value.endpoint
}
