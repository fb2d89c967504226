locals {
  deploy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Regional"
        Effect = "Allow"
        Action = [
          "access-analyzer:*", "acm:*", "acm-pca:*", "autoscaling:*", "backup:*", "cloudtrail:*", "cloudwatch:*", "config:*",
          "ec2:*", "ecr:*", "eks:*", "elasticloadbalancing:*", "events:*", "guardduty:*", "imagebuilder:*", "inspector2:*",
          "kms:*", "lambda:*", "logs:*", "rds:*", "s3:*", "secretsmanager:*", "servicequotas:*", "sns:*", "ssm:*", "synthetics:*", "tag:*",
        ]
        Resource  = "*"
        Condition = { StringEquals = { "aws:RequestedRegion" = sort(var.regions) } }
      },
      {
        Sid      = "Global"
        Effect   = "Allow"
        Action   = ["budgets:*", "route53:*", "route53domains:Get*", "sts:GetCallerIdentity"]
        Resource = "*"
      },
      {
        Sid      = "IamRead"
        Effect   = "Allow"
        Action   = ["iam:Get*", "iam:List*"]
        Resource = "*"
      },
      {
        Sid       = "RolesUnderTheBoundary"
        Effect    = "Allow"
        Action    = ["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PutRolePermissionsBoundary"]
        Resource  = "${local.iam}:role/${var.name}-*"
        Condition = { StringEquals = { "iam:PermissionsBoundary" = local.boundary_arn } }
      },
      {
        Sid    = "OwnNames"
        Effect = "Allow"
        Action = [
          "iam:AddRoleToInstanceProfile", "iam:CreateInstanceProfile", "iam:CreatePolicy", "iam:CreatePolicyVersion",
          "iam:DeleteInstanceProfile", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:DeleteRole", "iam:DeleteRolePolicy",
          "iam:DetachRolePolicy", "iam:RemoveRoleFromInstanceProfile", "iam:TagInstanceProfile", "iam:TagPolicy", "iam:TagRole",
          "iam:UntagInstanceProfile", "iam:UntagPolicy", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole",
          "iam:UpdateRoleDescription",
        ]
        Resource = [
          "${local.iam}:role/${var.name}-*", "${local.iam}:policy/${var.name}-*", "${local.iam}:instance-profile/${var.name}-*",
        ]
      },
      {
        Sid      = "PassOwnRoles"
        Effect   = "Allow"
        Action   = "iam:PassRole"
        Resource = "${local.iam}:role/${var.name}-*"
        Condition = { StringEquals = { "iam:PassedToService" = [
          "backup.amazonaws.com", "cloudtrail.amazonaws.com", "config.amazonaws.com", "ec2.amazonaws.com", "eks.amazonaws.com",
          "events.amazonaws.com", "imagebuilder.amazonaws.com", "lambda.amazonaws.com", "pods.eks.amazonaws.com",
          "ssm.amazonaws.com", "synthetics.amazonaws.com", "vpc-flow-logs.amazonaws.com",
        ] } }
      },
      {
        Sid      = "NoSecretValues"
        Effect   = "Deny"
        Action   = ["secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue", "ec2:GetPasswordData"]
        Resource = "*"
      },
      {
        Sid      = "ServiceRoles"
        Effect   = "Allow"
        Action   = "iam:CreateServiceLinkedRole"
        Resource = "${local.iam}:role/aws-service-role/*"
      },
    ]
  })
}
