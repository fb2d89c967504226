# What other stacks read of this one (CONVENTIONS.md): ids and ARNs, never a secret.
resource "aws_ssm_parameter" "published" {
  #checkov:skip=CKV2_AWS_34:holds ids and ARNs that every stack reads; SecureString would hide them from plans and protect nothing
  #checkov:skip=CKV_AWS_337:the same
  name           = "${local.parameters}/${local.stack}"
  description    = "What the stack ${local.stack} tells the others"
  type           = "String"
  tier           = "Intelligent-Tiering"
  insecure_value = jsonencode(local.published)
}
