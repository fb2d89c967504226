data "aws_caller_identity" "this" {}

resource "aws_db_subnet_group" "this" {
  name        = var.name
  description = "Subnets without any way out, one in each zone"
  subnet_ids  = values(var.subnet_ids)
}

resource "aws_secretsmanager_secret" "this" {
  for_each = var.secrets

  #checkov:skip=CKV2_AWS_57:what rotates a secret belongs to what it opens (RDS rotates its own); here is only the shell
  name                    = "${var.name}/${each.key}"
  description             = each.value
  kms_key_id              = var.key_arn
  recovery_window_in_days = var.recovery_window_days
}

resource "aws_secretsmanager_secret_policy" "this" {
  for_each = aws_secretsmanager_secret.this

  secret_arn          = each.value.arn
  block_public_policy = true

  # whoever is allowed by IAM, and from this account alone
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OurAccountAlone"
      Effect    = "Deny"
      Action    = "secretsmanager:*"
      Resource  = "*"
      Principal = "*"
      Condition = { StringNotEquals = { "aws:PrincipalAccount" = data.aws_caller_identity.this.account_id }, Bool = { "aws:PrincipalIsAWSService" = "false" } }
    }]
  })
}
