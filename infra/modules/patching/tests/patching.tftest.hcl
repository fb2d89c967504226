mock_provider "aws" { source = "../../tests/mocks" }

variables {
  name             = "shop-prod"
  estate           = "shop-prod"
  default_baseline = true
  revoked_keys     = { bucket = "shop-prod-mirror" }
}

run "a_patch_is_approved_in_time_for_its_deadline" {
  assert {
    condition = {
      for rule in aws_ssm_patch_baseline.this.approval_rule : one([for filter in rule.patch_filter : one(filter.values) if filter.key == "SEVERITY"]) => rule.approve_after_days
    } == { Critical = 0, Important = 16, Medium = 76, "*" = 14 }
    error_message = "A patch would be approved too late to be on every host by its deadline."
  }

  assert {
    condition = alltrue([
      for rule in aws_ssm_patch_baseline.this.approval_rule : length(rule.patch_filter) == 2 && !rule.enable_non_security
    ])
    error_message = "A rule approves more than it says."
  }
}

run "hosts_take_the_baseline" {
  assert {
    condition = (
      aws_ssm_default_patch_baseline.this["this"].baseline_id == aws_ssm_patch_baseline.this.id &&
      aws_ssm_default_patch_baseline.this["this"].operating_system == "AMAZON_LINUX_2023"
    )
    error_message = "Hosts would be patched by AWS's own baseline, whose deadlines are not ours."
  }
}

run "a_copy_changes_nothing_for_others" {
  variables {
    default_baseline = false
  }

  assert {
    condition     = length(aws_ssm_default_patch_baseline.this) == 0
    error_message = "A copy would change how all hosts of the account are patched."
  }
}

run "the_way_in_is_never_patched_away" {
  assert {
    condition     = alltrue([for one in values(aws_ssm_association.install) : one.max_concurrency == "1" && one.max_errors == "0" && one.apply_only_at_cron_interval])
    error_message = "Two hosts could be down at once, or all be broken one after the other, or on the day that the association is made."
  }

  assert {
    condition     = !contains(keys(aws_ssm_association.install), "node")
    error_message = "Nodes would be changed in place, under the pods."
  }
}

run "only_our_hosts_are_touched" {
  assert {
    condition = alltrue([
      for one in concat(values(aws_ssm_association.install), values(aws_ssm_association.scan), values(aws_ssm_association.inventory), [aws_ssm_association.revoked_keys]) :
      contains([for target in one.targets : "${target.key}=${join(",", target.values)}"], "tag:quarterdeck:estate=shop-prod") && length(one.targets) == 2
    ])
    error_message = "Another estate's hosts would be touched."
  }
}

run "every_role_is_looked_at_every_day" {
  assert {
    condition = (
      toset(keys(aws_ssm_association.scan)) == toset(["bastion", "jump", "node"]) &&
      alltrue([for one in values(aws_ssm_association.scan) : one.schedule_expression == "rate(1 day)" && one.parameters.Operation == "Scan"])
    )
    error_message = "What a host lacks would not be known."
  }
}

run "who_has_left_is_out_within_the_hour" {
  assert {
    condition     = aws_ssm_association.revoked_keys.schedule_expression == "rate(30 minutes)"
    error_message = "A revoked certificate would work for longer."
  }

  assert {
    condition = anytrue([
      for line in jsondecode(aws_ssm_document.revoked_keys.content).mainSteps[0].inputs.runCommand : strcontains(line, "s3://shop-prod-mirror/ssh/revoked_keys")
    ])
    error_message = "Hosts take the list from another place."
  }
}

run "deadlines_that_shrink_are_refused" {
  command = plan
  variables {
    deadlines_days = { critical = 30, high = 7, medium = 90 }
  }
  expect_failures = [var.deadlines_days]
}

run "patching_nodes_in_place_is_refused" {
  command = plan
  variables {
    patch_schedule = { node = "cron(0 4 ? * TUE *)" }
  }
  expect_failures = [var.patch_schedule]
}

run "two_roles_at_once_are_refused" {
  command = plan
  variables {
    patch_schedule = { jump = "cron(0 4 ? * TUE *)", bastion = "cron(0 4 ? * TUE *)" }
  }
  expect_failures = [var.patch_schedule]
}

run "a_schedule_that_is_no_cron_is_refused" {
  command = plan
  variables {
    patch_schedule = { jump = "weekly" }
  }
  expect_failures = [var.patch_schedule]
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    name           = "S"
    estate         = ""
    reported_roles = []
    revoked_keys   = { bucket = "shop-prod-mirror", rate = "rate(1 day)" }
  }
  expect_failures = [var.name, var.estate, var.reported_roles, var.revoked_keys]
}
