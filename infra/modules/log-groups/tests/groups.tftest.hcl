mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  namespace = "shop-prod/logs"
  key_arn   = "arn:aws:kms:us-east-1:111122223333:key/1"
  log_groups = {
    "/shop-prod/app"   = { retention_days = 30, metric_filters = { errors = { pattern = "{ $.level = \"error\" }" } } }
    "/shop-prod/hosts" = { retention_days = 365 }
  }
}

run "every_group_ends_and_is_encrypted" {
  command = plan

  assert {
    condition     = alltrue([for group in values(aws_cloudwatch_log_group.this) : group.kms_key_id == var.key_arn && group.retention_in_days > 0])
    error_message = "A log group is in the clear, or kept for ever."
  }

  assert {
    condition     = alltrue([for group in values(aws_cloudwatch_log_group.this) : group.skip_destroy && group.deletion_protection_enabled])
    error_message = "Logs would go with a mistake."
  }
}

run "silence_counts_as_nothing_and_not_as_unknown" {
  command = plan

  assert {
    condition = (
      aws_cloudwatch_log_metric_filter.this["errors"].log_group_name == "/shop-prod/app" &&
      one(aws_cloudwatch_log_metric_filter.this["errors"].metric_transformation).default_value == "0" &&
      one(aws_cloudwatch_log_metric_filter.this["errors"].metric_transformation).namespace == "shop-prod/logs"
    )
    error_message = "An alarm on the filter would have no data while all is well."
  }
}

run "a_copy_leaves_nothing_behind" {
  command = plan
  variables {
    keep = false
  }

  assert {
    condition     = alltrue([for group in values(aws_cloudwatch_log_group.this) : !group.skip_destroy && !group.deletion_protection_enabled])
    error_message = "A copy would leave its logs behind."
  }
}

run "a_group_for_ever_is_refused" {
  command = plan
  variables {
    log_groups = { "/shop-prod/app" = { retention_days = 0 } }
  }
  expect_failures = [var.log_groups]
}

run "a_name_without_a_slash_is_refused" {
  command = plan
  variables {
    log_groups = { "app" = { retention_days = 30 } }
  }
  expect_failures = [var.log_groups]
}

run "an_empty_pattern_is_refused" {
  command = plan
  variables {
    log_groups = { "/app" = { retention_days = 30, metric_filters = { all = { pattern = " " } } } }
  }
  expect_failures = [var.log_groups]
}

run "one_metric_from_two_groups_is_refused" {
  command = plan
  variables {
    log_groups = {
      "/a" = { retention_days = 30, metric_filters = { errors = { pattern = "ERROR" } } }
      "/b" = { retention_days = 30, metric_filters = { errors = { pattern = "ERROR" } } }
    }
  }
  expect_failures = [var.log_groups]
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    namespace = "AWS/Logs"
    key_arn   = "alias/logs"
  }
  expect_failures = [var.namespace, var.key_arn]
}
