data "aws_region" "this" {}

locals {
  # SSM has the patch two days after its release: what Amazon took back by then is not installed. The rest of the deadline is the run's.
  approve_after_days = {
    Critical  = max(0, var.deadlines_days.critical - 7)
    Important = max(0, var.deadlines_days.high - 14)
    Medium    = max(0, var.deadlines_days.medium - 14)
  }

  compliance = { Critical = "CRITICAL", Important = "HIGH", Medium = "MEDIUM" }

  targets = { for role in setunion(keys(var.patch_schedule), var.reported_roles) : role => {
    "tag:quarterdeck:estate" = [var.estate]
    "tag:quarterdeck:role"   = [role]
  } }
}

resource "aws_ssm_patch_baseline" "this" {
  name                              = var.name
  description                       = "Amazon Linux 2023: security patches by the deadlines of their severity"
  operating_system                  = "AMAZON_LINUX_2023"
  approved_patches_compliance_level = "HIGH"
  rejected_patches_action           = "BLOCK"

  dynamic "approval_rule" {
    for_each = local.approve_after_days

    content {
      approve_after_days  = approval_rule.value
      compliance_level    = local.compliance[approval_rule.key]
      enable_non_security = false

      patch_filter {
        key    = "CLASSIFICATION"
        values = ["Security"]
      }

      patch_filter {
        key    = "SEVERITY"
        values = [approval_rule.key]
      }
    }
  }

  approval_rule {
    approve_after_days  = 14
    compliance_level    = "LOW"
    enable_non_security = false

    patch_filter {
      key    = "CLASSIFICATION"
      values = ["Bugfix"]
    }

    patch_filter {
      key    = "SEVERITY"
      values = ["*"]
    }
  }
}

resource "aws_ssm_default_patch_baseline" "this" {
  for_each = var.default_baseline ? toset(["this"]) : toset([])

  baseline_id      = aws_ssm_patch_baseline.this.id
  operating_system = aws_ssm_patch_baseline.this.operating_system
}

resource "aws_ssm_association" "install" {
  for_each = var.patch_schedule

  association_name            = "${var.name}-patch-${each.key}"
  name                        = "AWS-RunPatchBaseline"
  schedule_expression         = each.value
  apply_only_at_cron_interval = true
  compliance_severity         = "HIGH"

  # One host after the other, and none after the first that fails: the way in stays open.
  max_concurrency = "1"
  max_errors      = "0"

  parameters = {
    Operation    = "Install"
    RebootOption = "RebootIfNeeded"
  }

  dynamic "targets" {
    for_each = local.targets[each.key]

    content {
      key    = targets.key
      values = targets.value
    }
  }
}

resource "aws_ssm_association" "scan" {
  for_each = var.reported_roles

  association_name    = "${var.name}-patch-scan-${each.key}"
  name                = "AWS-RunPatchBaseline"
  schedule_expression = "rate(1 day)"
  compliance_severity = "HIGH"
  max_concurrency     = "25%"
  max_errors          = "10%"

  parameters = {
    Operation = "Scan"
  }

  dynamic "targets" {
    for_each = local.targets[each.key]

    content {
      key    = targets.key
      values = targets.value
    }
  }
}

resource "aws_ssm_association" "inventory" {
  for_each = var.reported_roles

  association_name    = "${var.name}-inventory-${each.key}"
  name                = "AWS-GatherSoftwareInventory"
  schedule_expression = "rate(1 day)"

  parameters = {
    applications                = "Enabled"
    networkConfig               = "Disabled"
    awsComponents               = "Enabled"
    instanceDetailedInformation = "Enabled"
  }

  dynamic "targets" {
    for_each = local.targets[each.key]

    content {
      key    = targets.key
      values = targets.value
    }
  }
}

resource "aws_ssm_document" "revoked_keys" {
  name            = "${var.name}-revoked-keys"
  document_type   = "Command"
  document_format = "JSON"

  content = jsonencode({
    schemaVersion = "2.2"
    description   = "Takes the list of revoked SSH certificates from the mirror"
    mainSteps = [{
      action = "aws:runShellScript"
      name   = "take"
      inputs = { runCommand = [
        "set -eu",
        "test -e /etc/ssh/sshd_config.d/02-authority.conf || exit 0",
        "new=$(mktemp /etc/ssh/revoked_keys.XXXXXX)",
        "trap 'rm -f \"$new\"' EXIT",
        "aws s3 cp --region ${data.aws_region.this.region} --only-show-errors s3://${var.revoked_keys.bucket}/${var.revoked_keys.key} \"$new\"",
        # ssh-keygen reads it before sshd has to: a list that sshd cannot read lets nobody in
        "ssh-keygen -Q -l -f \"$new\" > /dev/null",
        "chmod 0644 \"$new\" && chcon --reference=/etc/ssh/sshd_config \"$new\"",
        "mv -f \"$new\" /etc/ssh/revoked_keys",
      ] }
    }]
  })
}

resource "aws_ssm_association" "revoked_keys" {
  association_name    = "${var.name}-revoked-keys"
  name                = aws_ssm_document.revoked_keys.name
  schedule_expression = var.revoked_keys.rate
  compliance_severity = "CRITICAL"
  max_concurrency     = "100%"
  max_errors          = "100%"

  targets {
    key    = "tag:quarterdeck:estate"
    values = [var.estate]
  }

  targets {
    key    = "tag:quarterdeck:role"
    values = ["bastion", "jump", "node"]
  }
}
