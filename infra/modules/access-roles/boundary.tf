# The upper end of what any role of the estate can do, whatever its policies say. It denies; what is allowed is each role's own matter.
locals {
  boundary_arn = "${local.iam}:policy/${var.name}-boundary"

  boundary = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Ceiling"
        Effect   = "Allow"
        Action   = "*"
        Resource = "*"
      },
      {
        Sid    = "OwnRegions"
        Effect = "Deny"
        NotAction = [
          "budgets:*", "cloudfront:*", "health:*", "iam:*", "kms:Decrypt", "route53:*", "s3:GetBucketLocation", "s3:ListAllMyBuckets",
          "servicequotas:*", "sts:*", "support:*",
        ]
        Resource  = "*"
        Condition = { StringNotEquals = { "aws:RequestedRegion" = local.reachable_regions } }
      },
      {
        Sid    = "NoPeopleNoKeys"
        Effect = "Deny"
        Action = [
          "iam:CreateUser", "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile", "iam:AddUserToGroup",
          "iam:AttachUserPolicy", "iam:PutUserPolicy", "organizations:*", "account:*",
        ]
        Resource = "*"
      },
      {
        Sid      = "NobodyTakesItOff"
        Effect   = "Deny"
        Action   = ["iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary"]
        Resource = "*"
      },
      {
        Sid    = "NobodyChangesPolicies"
        Effect = "Deny"
        Action = ["iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion"]
        Resource = [
          local.boundary_arn, "${local.iam}:policy/${var.name}-act", "${local.iam}:policy/${var.name}-deploy", "${local.iam}:policy/${var.name}-read-*",
        ]
      },
      {
        Sid    = "NobodyChangesRolesOfPeople"
        Effect = "Deny"
        Action = ["iam:Attach*", "iam:Delete*", "iam:Detach*", "iam:Put*", "iam:Update*"]
        Resource = [
          for role in ["act", "break-glass", "deploy", "pipeline", "read"] : "${local.iam}:role/${var.name}-${role}"
        ]
      },
      {
        Sid    = "TheWatchIsNotStopped"
        Effect = "Deny"
        Action = [
          "cloudtrail:DeleteTrail", "cloudtrail:StopLogging", "config:DeleteConfigurationRecorder", "config:StopConfigurationRecorder",
          "guardduty:DeleteDetector", "guardduty:DisassociateFromMasterAccount", "inspector2:Disable", "access-analyzer:DeleteAnalyzer",
        ]
        Resource = "*"
      },
      {
        Sid      = "BreakGlassIsNotForRoles"
        Effect   = "Deny"
        Action   = "sts:AssumeRole"
        Resource = "${local.iam}:role/${var.name}-break-glass"
      },
      {
        Sid      = "StateStays"
        Effect   = "Deny"
        Action   = ["s3:DeleteBucket", "s3:DeleteObjectVersion", "s3:PutBucketVersioning"]
        Resource = ["arn:${local.partition}:s3:::${var.state.bucket}", "arn:${local.partition}:s3:::${var.state.bucket}/*"]
      },
    ]
  })
}

resource "aws_iam_policy" "boundary" {
  #checkov:skip=CKV2_AWS_40:a boundary allows everything and denies; no role gets anything by it
  #checkov:skip=CKV_AWS_62:a boundary allows everything and denies; no role gets anything by it
  #checkov:skip=CKV_AWS_63:a boundary allows everything and denies; no role gets anything by it
  #checkov:skip=CKV_AWS_286:a boundary allows everything and denies; no role gets anything by it
  #checkov:skip=CKV_AWS_287:a boundary allows everything and denies; no role gets anything by it
  #checkov:skip=CKV_AWS_288:a boundary allows everything and denies; no role gets anything by it
  #checkov:skip=CKV_AWS_289:a boundary allows everything and denies; no role gets anything by it
  #checkov:skip=CKV_AWS_290:a boundary allows everything and denies; no role gets anything by it
  #checkov:skip=CKV_AWS_355:a boundary allows everything and denies; no role gets anything by it
  name        = "${var.name}-boundary"
  description = "Permissions boundary of every role of ${var.name} but break-glass"
  policy      = local.boundary

  lifecycle {
    prevent_destroy = true
  }
}
