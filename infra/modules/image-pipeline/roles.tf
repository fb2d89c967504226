locals {
  mirror_arn = "arn:${local.partition}:s3:::${var.mirror}"
  log_arn    = "arn:${local.partition}:s3:::${var.log_bucket.name}"
}

# ---- what a builder is while it builds

resource "aws_iam_role" "builder" {
  name_prefix          = "${substr(var.name, 0, 25)}-builder-"
  description          = "Builders of images of ${var.name}"
  permissions_boundary = var.permissions_boundary

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ec2.amazonaws.com" }
    }]
  })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy_attachment" "builder" {
  for_each = toset(["AmazonSSMManagedInstanceCore", "EC2InstanceProfileForImageBuilder"])

  role       = aws_iam_role.builder.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/${each.value}"
}

resource "aws_iam_role_policy" "builder" {
  name = "mirror-and-logs"
  role = aws_iam_role.builder.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Mirror"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "${local.mirror_arn}/*"
      },
      {
        Sid      = "MirrorList"
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = local.mirror_arn
      },
      {
        Sid      = "Logs"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "${local.log_arn}/images/*"
      },
      {
        Sid      = "Keys"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = distinct(compact([var.key_arn, var.log_bucket.key_arn]))
      },
    ]
  })
}

resource "aws_iam_instance_profile" "builder" {
  name_prefix = "${var.name}-builder-"
  role        = aws_iam_role.builder.name

  lifecycle {
    create_before_destroy = true
  }
}

# ---- what Image Builder itself is: the service's own role may not write our parameters

resource "aws_iam_role" "pipeline" {
  name_prefix          = "${substr(var.name, 0, 25)}-images-"
  description          = "Image Builder builds and hands out the images of ${var.name}"
  permissions_boundary = var.permissions_boundary

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "imagebuilder.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    }]
  })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy" "pipeline" {
  #checkov:skip=CKV_AWS_355:Describe and RegisterImage of EC2 take no ARN; what starts, stops or changes something bears a tag of Image Builder's
  #checkov:skip=CKV_AWS_290:the same
  name = "pipeline"
  role = aws_iam_role.pipeline.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Parameters"
        Effect   = "Allow"
        Action   = "ssm:PutParameter"
        Resource = [for name in sort(values(local.parameter_names)) : "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter${name}"]
      },
      {
        Sid    = "Read"
        Effect = "Allow"
        Action = [
          "ec2:DescribeImages", "ec2:DescribeInstanceStatus", "ec2:DescribeInstanceTypeOfferings", "ec2:DescribeInstances",
          "ec2:DescribeSnapshots", "ec2:DescribeSubnets", "ec2:DescribeTags", "ec2:DescribeVolumes",
          "imagebuilder:Get*", "imagebuilder:List*", "inspector2:ListCoverage", "inspector2:ListFindings",
          "ssm:DescribeAssociationExecutions", "ssm:DescribeInstanceAssociationsStatus", "ssm:DescribeInstanceInformation",
          "ssm:GetAutomationExecution", "ssm:GetCommandInvocation", "ssm:ListCommandInvocations", "ssm:ListCommands",
          "ssm:ListInventoryEntries",
        ]
        Resource = "*"
      },
      {
        Sid      = "ParentImages"
        Effect   = "Allow"
        Action   = ["ssm:GetParameter", "ssm:GetParameters"]
        Resource = "arn:${local.partition}:ssm:${local.region}::parameter/aws/service/*"
      },
      {
        Sid      = "Start"
        Effect   = "Allow"
        Action   = ["ec2:RunInstances", "ec2:CreateImage", "ec2:CopyImage", "ec2:CopySnapshot", "ec2:RegisterImage", "ec2:CreateTags"]
        Resource = "*"
        Condition = {
          StringEquals = { "aws:RequestedRegion" = local.region }
        }
      },
      {
        Sid       = "Stop"
        Effect    = "Allow"
        Action    = ["ec2:StopInstances", "ec2:StartInstances", "ec2:TerminateInstances", "ec2:ModifyImageAttribute"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:ResourceTag/CreatedBy" = "EC2 Image Builder" } }
      },
      {
        Sid       = "CommandOnBuilders"
        Effect    = "Allow"
        Action    = "ssm:SendCommand"
        Resource  = "arn:${local.partition}:ec2:${local.region}:${local.account_id}:instance/*"
        Condition = { StringEquals = { "aws:ResourceTag/CreatedBy" = ["EC2 Image Builder"] } }
      },
      {
        Sid      = "CommandDocument"
        Effect   = "Allow"
        Action   = "ssm:SendCommand"
        Resource = "arn:${local.partition}:ssm:${local.region}::document/AWS-RunShellScript"
      },
      {
        Sid       = "BuilderRole"
        Effect    = "Allow"
        Action    = "iam:PassRole"
        Resource  = aws_iam_role.builder.arn
        Condition = { StringEquals = { "iam:PassedToService" = "ec2.amazonaws.com" } }
      },
      {
        Sid      = "Key"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
        Resource = var.key_arn
      },
      {
        Sid       = "KeyGrant"
        Effect    = "Allow"
        Action    = "kms:CreateGrant"
        Resource  = var.key_arn
        Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" } }
      },
      {
        Sid      = "Logs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/aws/imagebuilder/*"
      },
    ]
  })
}

# ---- what removes old images

resource "aws_iam_role" "lifecycle" {
  name_prefix          = "${substr(var.name, 0, 22)}-image-life-"
  description          = "Image Builder removes old images of ${var.name}"
  permissions_boundary = var.permissions_boundary

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "imagebuilder.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    }]
  })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy_attachment" "lifecycle" {
  role       = aws_iam_role.lifecycle.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/service-role/EC2ImageBuilderLifecycleExecutionPolicy"
}

# ---- what starts a build when a critical hole is found

resource "aws_iam_role" "trigger" {
  name_prefix          = "${substr(var.name, 0, 21)}-image-start-"
  description          = "EventBridge starts the pipelines of ${var.name}"
  permissions_boundary = var.permissions_boundary

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "events.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    }]
  })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy" "trigger" {
  name = "start"
  role = aws_iam_role.trigger.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "imagebuilder:StartImagePipelineExecution"
      Resource = [for role in sort(keys(var.images)) : "arn:${local.partition}:imagebuilder:${local.region}:${local.account_id}:image-pipeline/${var.name}-${role}"]
    }]
  })
}
