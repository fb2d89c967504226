# What the console lists, by service. Reading is Describe, Get and List of what holds no secret; it is split in two documents
# because one would be longer than IAM takes.
locals {
  read = {
    estate = jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Sid    = "Estate"
          Effect = "Allow"
          Action = [
            "acm:DescribeCertificate", "acm:ListCertificates",
            "arc-zonal-shift:GetManagedResource", "arc-zonal-shift:ListManagedResources", "arc-zonal-shift:ListZonalShifts",
            "autoscaling:Describe*",
            "backup:ListBackupJobs", "backup:ListRecoveryPointsByBackupVault",
            "cloudwatch:DescribeAlarm*", "cloudwatch:DescribeAnomalyDetectors", "cloudwatch:GetDashboard",
            "cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics", "cloudwatch:ListDashboards", "cloudwatch:ListMetrics",
            "ec2:Describe*", "ec2:GetConsoleOutput", "ec2:GetConsoleScreenshot", "ec2:SearchTransitGatewayRoutes",
            "ecr:BatchGetImage", "ecr:DescribeImageScanFindings", "ecr:DescribeImages", "ecr:DescribeRepositories", "ecr:ListImages",
            "eks:AccessKubernetesApi", "eks:Describe*", "eks:List*",
            "elasticloadbalancing:Describe*",
            "health:DescribeEvent*", "health:DescribeAffectedEntities",
            "imagebuilder:GetImage", "imagebuilder:GetImagePipeline", "imagebuilder:GetWorkflowExecution", "imagebuilder:List*",
            "route53:GetHealthCheck*", "route53:GetHostedZone", "route53:List*",
            "servicequotas:GetServiceQuota", "servicequotas:ListServiceQuotas",
            "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:ListTopics",
            "ssm:DescribeInstanceInformation", "ssm:DescribeInstancePatch*", "ssm:DescribeAssociation*",
            "ssm:GetCommandInvocation", "ssm:ListCommand*", "ssm:ListComplianceItems", "ssm:ListResourceComplianceSummaries",
            "synthetics:DescribeCanaries*", "synthetics:GetCanary*",
            "tag:GetResources",
          ]
          Resource  = "*"
          Condition = { StringEquals = { "aws:RequestedRegion" = local.reachable_regions } }
        },
        {
          Sid      = "ImageParameters"
          Effect   = "Allow"
          Action   = ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParameterHistory"]
          Resource = [for name in [var.name, "${var.name}-*"] : "arn:${local.partition}:ssm:*:${local.account_id}:parameter/${name}/*"]
        },
      ]
    })

    logs = jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Sid    = "Logs"
          Effect = "Allow"
          Action = [
            "logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:DescribeQueries", "logs:FilterLogEvents",
            "logs:GetLogEvents", "logs:GetLogRecord", "logs:GetQueryResults", "logs:ListTagsForResource", "logs:StartLiveTail",
            "logs:StartQuery", "logs:StopLiveTail", "logs:StopQuery",
          ]
          Resource  = "*"
          Condition = { StringEquals = { "aws:RequestedRegion" = local.reachable_regions } }
        },
        {
          Sid    = "Audit"
          Effect = "Allow"
          Action = [
            "access-analyzer:ListFindings*", "cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus", "cloudtrail:LookupEvents",
            "config:DescribeComplianceByConfigRule", "config:GetResourceConfigHistory", "guardduty:GetFindings",
            "guardduty:ListDetectors", "guardduty:ListFindings", "inspector2:ListCoverage", "inspector2:ListFindings",
          ]
          Resource  = "*"
          Condition = { StringEquals = { "aws:RequestedRegion" = local.reachable_regions } }
        },
        {
          Sid       = "HostLogin"
          Effect    = "Allow"
          Action    = "ec2-instance-connect:SendSSHPublicKey"
          Resource  = "arn:${local.partition}:ec2:*:${local.account_id}:instance/*"
          Condition = merge(local.own_instances, { StringEquals = { "ec2:osuser" = var.host_user } })
        },
        {
          Sid      = "Ledger"
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:GetObjectVersion"]
          Resource = "arn:${local.partition}:s3:::${var.state.bucket}/ledger/*"
        },
        {
          Sid       = "LedgerList"
          Effect    = "Allow"
          Action    = "s3:ListBucket"
          Resource  = "arn:${local.partition}:s3:::${var.state.bucket}"
          Condition = { StringLike = { "s3:prefix" = "ledger/*" } }
        },
        {
          Sid       = "LedgerKey"
          Effect    = "Allow"
          Action    = "kms:Decrypt"
          Resource  = var.state.key_arn
          Condition = { StringLike = { "kms:EncryptionContext:aws:s3:arn" = "arn:${local.partition}:s3:::${var.state.bucket}/ledger/*" } }
        },
        {
          Sid    = "NoSecrets"
          Effect = "Deny"
          Action = [
            "secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue", "ec2:GetPasswordData", "ec2:DescribeInstanceAttribute",
            "ec2:DescribeLaunchTemplateVersions", "lambda:GetFunction",
          ]
          Resource = "*"
        },
      ]
    })
  }

  # Route 53, IAM, Health and CloudFront answer from us-east-1, whatever the estate's regions are.
  reachable_regions = sort(setunion(var.regions, ["us-east-1"]))
}
