mock_provider "aws" {
  source = "../../tests/mocks"
}

override_data {
  target = data.aws_ssm_parameter.bootstrap
  values = { insecure_value = "{\"bucket\":\"shop-test-state\"}" }
}
override_data {
  target = data.aws_ssm_parameter.global
  values = {
    insecure_value = "{\"keys\":{\"logs\":\"arn:aws:kms:us-east-1:111122223333:key/1\",\"data\":\"arn:aws:kms:us-east-1:111122223333:key/2\"},\"buckets\":{\"logs\":\"shop-test-logs\",\"audit\":\"shop-test-audit\",\"mirror\":\"shop-test-mirror\"},\"roles\":{\"break_glass\":\"arn:aws:iam::111122223333:role/shop-test-break-glass\"},\"topics\":{\"security\":\"arn:aws:sns:us-east-1:111122223333:shop-test-security\"},\"permissions_boundary\":\"arn:aws:iam::111122223333:policy/shop-test-boundary\"}"
  }
}

variables {
  estate         = "shop"
  environment    = "test"
  region         = "us-east-1"
  primary_region = "us-east-1"
  regions = {
    us-east-1 = { block = "10.16.0.0/15", zones = ["us-east-1a", "us-east-1b"] }
    us-west-2 = { block = "10.18.0.0/15", zones = ["us-west-2a", "us-west-2b"] }
  }
  budget = { limit_usd = 3000, emails = ["finance@example.com"] }
}

run "the_primary_region_has_the_trail_and_the_budget" {
  assert {
    condition     = length(module.audit) == 1 && length(module.budget) == 1 && length(module.account) == 1 && length(module.guardrails) == 1
    error_message = "The account is not watched."
  }
}

run "every_region_is_watched_and_the_trail_is_one" {
  variables {
    region       = "us-west-2"
    config_rules = { rotation = { identifier = "SECRETSMANAGER_ROTATION_ENABLED_CHECK" } }
  }

  assert {
    condition     = length(module.guardrails) == 1 && length(module.audit) + length(module.budget) + length(module.account) == 0
    error_message = "A region is not watched, or the trail would be there twice."
  }

  assert {
    condition     = one(aws_config_config_rule.further["rotation"].source).source_identifier == "SECRETSMANAGER_ROTATION_ENABLED_CHECK"
    error_message = "A rule that the environment asked for is missing."
  }
}

run "a_copy_watches_nothing_and_changes_nothing_for_others" {
  variables {
    copy = "pr-123"
  }

  assert {
    condition     = length(module.guardrails) + length(module.audit) + length(module.budget) + length(module.account) == 0 && !local.published.watches
    error_message = "A copy would take GuardDuty away from the account when it ends."
  }
}

run "two_environments_in_one_account_do_not_fight" {
  variables {
    account_wide = false
  }

  assert {
    condition     = length(module.guardrails) + length(module.audit) + length(module.account) == 0 && length(module.budget) == 1
    error_message = "Two environments would make one detector."
  }
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    config_rules = { one = { identifier = "rotation" } }
    budget       = { limit_usd = 0, emails = [] }
  }
  expect_failures = [var.config_rules, var.budget]
}
