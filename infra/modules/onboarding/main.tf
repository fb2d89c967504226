data "aws_partition" "this" {}

data "aws_caller_identity" "this" {}

locals {
  iam       = "arn:${data.aws_partition.this.partition}:iam::${data.aws_caller_identity.this.account_id}"
  role_name = "${var.name}-engineer-${var.engineer}"
  role_arn  = "${local.iam}:role/${local.role_name}"

  policies = var.level == "act" ? ["read-estate", "read-logs", "act"] : ["read-estate", "read-logs"]
  groups   = var.level == "act" ? ["quarterdeck:read", "quarterdeck:act"] : ["quarterdeck:read"]

  # who may become the role; where many share a principal, by the name of the session that the identity provider sets
  condition = var.session_name == null ? {} : { Condition = { StringLike = { "aws:userid" = "*:${var.session_name}" } } }

  endings = concat(
    [for moment in compact([var.expires_on]) : {
      Sid       = "Expired"
      Effect    = "Deny"
      Action    = "*"
      Resource  = "*"
      Condition = { DateGreaterThan = { "aws:CurrentTime" = moment } }
    }],
    [for moment in compact([var.revoked_before]) : {
      Sid       = "Revoked"
      Effect    = "Deny"
      Action    = "*"
      Resource  = "*"
      Condition = { DateLessThan = { "aws:TokenIssueTime" = moment } }
    }],
  )
}

resource "aws_iam_role" "this" {
  for_each = toset(var.role_here ? ["this"] : [])

  name                 = local.role_name
  description          = "${var.engineer}, on call: ${var.level}"
  max_session_duration = var.level == "act" ? 3600 : 12 * 3600
  permissions_boundary = var.permissions_boundary

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [merge(
      {
        Effect    = var.active ? "Allow" : "Deny"
        Action    = ["sts:AssumeRole", "sts:SetSourceIdentity"]
        Principal = { AWS = var.principal_arn }
      },
      var.active ? local.condition : {},
    )]
  })
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = toset(var.role_here ? local.policies : [])

  role       = aws_iam_role.this["this"].name
  policy_arn = "${local.iam}:policy/${var.name}-${each.value}"
}

resource "aws_iam_role_policy" "endings" {
  for_each = toset(var.role_here && length(local.endings) > 0 ? ["this"] : [])

  name   = "endings"
  role   = aws_iam_role.this["this"].id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.endings })
}

resource "aws_eks_access_entry" "this" {
  for_each = toset(var.active ? ["this"] : [])

  cluster_name      = var.cluster_name
  principal_arn     = local.role_arn
  kubernetes_groups = local.groups
  type              = "STANDARD"

  depends_on = [aws_iam_role.this]
}

resource "aws_ec2_client_vpn_authorization_rule" "this" {
  for_each = var.active && var.vpn != null ? var.vpn.cidrs : {}

  client_vpn_endpoint_id = var.vpn.endpoint_id
  target_network_cidr    = each.value
  access_group_id        = var.vpn.group_id
  description            = "${var.engineer}: ${each.key}"
}
