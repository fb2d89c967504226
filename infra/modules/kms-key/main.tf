data "aws_partition" "this" {}

data "aws_caller_identity" "this" {}

locals {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      # The account's own IAM policies decide about the rest: without this nobody could ever change the key again.
      [{
        Sid       = "Account"
        Effect    = "Allow"
        Action    = "kms:*"
        Resource  = "*"
        Principal = { AWS = "arn:${data.aws_partition.this.partition}:iam::${data.aws_caller_identity.this.account_id}:root" }
      }],
      [for name in sort(keys(var.services)) : {
        Sid       = "Service${title(replace(name, "/[^A-Za-z0-9]/", ""))}"
        Effect    = "Allow"
        Action    = var.services[name].actions
        Resource  = "*"
        Principal = { Service = var.services[name].principal }
        Condition = var.services[name].condition
      }],
      [for verifiers in [sort(var.verifiers)] : {
        Sid       = "Verify"
        Effect    = "Allow"
        Action    = ["kms:DescribeKey", "kms:GetPublicKey", "kms:Verify"]
        Resource  = "*"
        Principal = { AWS = verifiers }
      } if length(verifiers) > 0],
      [for statement in [
        {
          Sid       = "Roles"
          Effect    = "Allow"
          Action    = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
          Resource  = "*"
          Principal = { AWS = sort(var.granted_roles) }
        },
        {
          Sid       = "RolesGrants"
          Effect    = "Allow"
          Action    = "kms:CreateGrant"
          Resource  = "*"
          Principal = { AWS = sort(var.granted_roles) }
          Condition = { Bool = { "kms:GrantIsForAWSResource" = ["true"] } }
        },
      ] : statement if length(var.granted_roles) > 0],
    )
  })
}

resource "aws_kms_key" "this" {
  #checkov:skip=CKV_AWS_7:a key that encrypts rotates; one that signs cannot
  description              = var.description
  customer_master_key_spec = var.signs ? "ECC_NIST_P256" : "SYMMETRIC_DEFAULT"
  key_usage                = var.signs ? "SIGN_VERIFY" : "ENCRYPT_DECRYPT"
  enable_key_rotation      = !var.signs
  deletion_window_in_days  = var.deletion_window_days
  policy                   = local.policy

  # What it encrypted is lost with it.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this.key_id
}
