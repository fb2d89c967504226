data "aws_partition" "this" {}

data "aws_caller_identity" "this" {}

locals {
  partition  = data.aws_partition.this.partition
  account_id = data.aws_caller_identity.this.account_id
  iam        = "arn:${local.partition}:iam::${local.account_id}"

  # Instances of this estate and of its copies, whose names begin with its own.
  own_instances = { StringLike = { "aws:ResourceTag/quarterdeck:estate" = [var.name, "${var.name}-*"] } }

  mfa = var.require_mfa ? { Bool = { "aws:MultiFactorAuthPresent" = "true" } } : {}

  trust_people = {
    for who, arns in { engineers = var.engineers, administrators = var.administrators } : who => jsonencode({
      Version = "2012-10-17"
      Statement = [merge(
        {
          Effect    = "Allow"
          Action    = ["sts:AssumeRole", "sts:SetSourceIdentity"]
          Principal = { AWS = sort(arns) }
        },
        length(local.mfa) == 0 ? {} : { Condition = local.mfa },
      )]
    })
  }

  # A runner that deploys may become the deployer, and so may an engineer from the console, who needs a second factor for it.
  trust_deploy = jsonencode({
    Version   = "2012-10-17"
    Statement = [jsondecode(local.trust_deploying_runner).Statement[0], jsondecode(local.trust_people["engineers"]).Statement[0]]
  })
}

resource "aws_iam_role" "read" {
  name                 = "${var.name}-read"
  description          = "On call: sees everything but secrets, and logs in to the hosts"
  max_session_duration = var.read_session_hours * 3600
  permissions_boundary = aws_iam_policy.boundary.arn
  assume_role_policy   = local.trust_people["engineers"]
}

# Policies of their own, so that the role of a single engineer (module onboarding) can have the same.
resource "aws_iam_policy" "people" {
  for_each = merge({ for name, document in local.read : "read-${name}" => document }, { act = local.act })

  name        = "${var.name}-${each.key}"
  description = "What on call may do in ${var.name}: ${each.key}"
  policy      = each.value
}

resource "aws_iam_role_policy_attachment" "read" {
  for_each = toset([for name in keys(local.read) : "read-${name}"])

  role       = aws_iam_role.read.name
  policy_arn = aws_iam_policy.people[each.value].arn
}

resource "aws_iam_role" "act" {
  name                 = "${var.name}-act"
  description          = "On call, an hour at a time: mends what runs, and changes nothing that Terraform owns"
  max_session_duration = 3600
  permissions_boundary = aws_iam_policy.boundary.arn
  assume_role_policy   = local.trust_people["engineers"]
}

resource "aws_iam_role_policy_attachment" "act" {
  for_each = aws_iam_policy.people

  role       = aws_iam_role.act.name
  policy_arn = each.value.arn
}

resource "aws_iam_role" "deploy" {
  name                 = "${var.name}-deploy"
  description          = "Runs Terraform for ${var.name}"
  max_session_duration = 2 * 3600
  permissions_boundary = aws_iam_policy.boundary.arn
  assume_role_policy   = local.trust_deploy
}

resource "aws_iam_policy" "deploy" {
  #checkov:skip=CKV_AWS_287:it makes the secrets' empty shells; their values are denied to it
  #checkov:skip=CKV_AWS_288:the deployer reads the bucket of states; values of secrets are denied to it
  #checkov:skip=CKV_AWS_289:making roles is its work; each must bear the boundary, and the name of this estate
  #checkov:skip=CKV_AWS_290:Terraform writes what it owns; regions, names and the boundary hold it
  #checkov:skip=CKV_AWS_355:most of what it makes has no ARN before it is made; regions, names and the boundary hold it
  #checkov:skip=CKV_AWS_286:making roles is its work; each must bear the boundary, which no role can take off
  name        = "${var.name}-deploy"
  description = "What Terraform may do for ${var.name}"
  policy      = local.deploy
}

resource "aws_iam_role_policy_attachment" "deploy" {
  role       = aws_iam_role.deploy.name
  policy_arn = aws_iam_policy.deploy.arn
}

resource "aws_iam_role" "pipeline" {
  name                 = "${var.name}-pipeline"
  description          = "The runner's jobs: build, push and sign images, start image pipelines, install charts"
  max_session_duration = 2 * 3600
  permissions_boundary = aws_iam_policy.boundary.arn
  assume_role_policy   = local.trust_runner
}

resource "aws_iam_role_policy" "pipeline" {
  name   = "pipeline"
  role   = aws_iam_role.pipeline.id
  policy = local.pipeline
}

# No boundary: it is what is left when everything else, the boundary included, is wrong. Each use raises an alarm.
resource "aws_iam_role" "break_glass" {
  name                 = "${var.name}-break-glass"
  description          = "For when nothing else works: an hour of everything; each use raises an alarm"
  max_session_duration = 3600
  assume_role_policy   = local.trust_people["administrators"]
}

resource "aws_iam_role_policy_attachment" "break_glass" {
  #checkov:skip=CKV_AWS_274:this is the one role that may do everything; its use raises an alarm (module audit)
  role       = aws_iam_role.break_glass.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/AdministratorAccess"
}
