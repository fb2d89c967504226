locals {
  # Only the runner's instance role, by its name, so that the runner can be made after this role and be replaced.
  trust_runner = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]
      Principal = { AWS = "${local.iam}:root" }
      Condition = { ArnLike = { "aws:PrincipalArn" = "${local.iam}:role/${var.name}-runner-*" } }
    }]
  })

  # the deployer trusts the fleet that deploys, and none that runs whatever a merge request brings (module runner)
  trust_deploying_runner = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]
      Principal = { AWS = "${local.iam}:root" }
      Condition = { ArnLike = { "aws:PrincipalArn" = "${local.iam}:role/${var.name}-runner-deploy-*" } }
    }]
  })

  repositories = "arn:${local.partition}:ecr:*:${local.account_id}:repository/${var.name}/*"

  # the application's image comes from where it passed before; that registry's own policy says the same (module ecr)
  images_of_the_environment_before = [for before in var.environment_before == null ? [] : [var.environment_before] : {
    Sid      = "ImagesOfTheEnvironmentBefore"
    Effect   = "Allow"
    Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    Resource = "arn:${local.partition}:ecr:*:${before.account_id}:repository/${before.name}/app"
  }]

  pipeline = jsonencode({
    Version = "2012-10-17"
    Statement = concat(local.images_of_the_environment_before, [
      {
        Sid      = "RegistryLogin"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*"
      },
      {
        Sid    = "Images"
        Effect = "Allow"
        Action = [
          "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImageScanFindings",
          "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
        ]
        Resource = local.repositories
      },
      {
        Sid      = "Findings"
        Effect   = "Allow"
        Action   = ["inspector2:ListFindings", "inspector2:ListCoverage"]
        Resource = "*"
      },
      {
        Sid      = "HostImages"
        Effect   = "Allow"
        Action   = ["imagebuilder:StartImagePipelineExecution", "imagebuilder:GetImagePipeline", "imagebuilder:ListImagePipelineImages"]
        Resource = "arn:${local.partition}:imagebuilder:*:${local.account_id}:image-pipeline/${var.name}-*"
      },
      {
        Sid       = "Cluster"
        Effect    = "Allow"
        Action    = ["eks:AccessKubernetesApi", "eks:DescribeCluster"]
        Resource  = "arn:${local.partition}:eks:*:${local.account_id}:cluster/${var.name}*"
        Condition = { StringEquals = { "aws:RequestedRegion" = sort(var.regions) } }
      },
      {
        Sid    = "Gate"
        Effect = "Allow"
        Action = ["cloudwatch:DescribeAlarms", "synthetics:GetCanaryRuns"]
        Resource = [
          "arn:${local.partition}:cloudwatch:*:${local.account_id}:alarm:*",
          "arn:${local.partition}:synthetics:*:${local.account_id}:canary:${var.name}*",
        ]
      },
      {
        Sid      = "GateMetrics"
        Effect   = "Allow"
        Action   = "cloudwatch:GetMetricData"
        Resource = "*"
      },
      {
        Sid       = "Signature"
        Effect    = "Allow"
        Action    = ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign", "kms:Verify"]
        Resource  = "arn:${local.partition}:kms:*:*:key/*"
        Condition = { "ForAnyValue:StringLike" = { "kms:ResourceAliases" = "alias/*-pipeline-signing" } }
      },
      {
        Sid      = "Published"
        Effect   = "Allow"
        Action   = "ssm:GetParameter"
        Resource = "arn:${local.partition}:ssm:*:${local.account_id}:parameter/${var.name}*"
      },
      {
        Sid      = "Mirror"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = [for folder in ["canaries", "clamav", "goss", "packages"] : "arn:${local.partition}:s3:::${var.name}-mirror-*/${folder}/*"]
      },
      {
        Sid      = "MirrorList"
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = "arn:${local.partition}:s3:::${var.name}-mirror-*"
      },
      {
        Sid       = "MirrorKey"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = "arn:${local.partition}:kms:*:${local.account_id}:key/*"
        Condition = { "ForAnyValue:StringLike" = { "kms:ResourceAliases" = "alias/${var.name}/data" } }
      },
    ])
  })
}
