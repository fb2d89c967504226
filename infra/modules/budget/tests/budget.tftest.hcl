mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  name      = "shop-prod"
  limit_usd = 5000
  estate    = "shop-prod"
  emails    = ["finance@example.com"]
}

run "people_are_told_before_and_at_the_limit" {
  command = plan

  assert {
    condition = toset([for one in aws_budgets_budget.this.notification : "${one.notification_type} ${one.threshold}"]) == toset([
      "ACTUAL 80", "ACTUAL 100", "FORECASTED 100",
    ])
    error_message = "The budget tells at other moments than was asked for."
  }

  assert {
    condition     = alltrue([for one in aws_budgets_budget.this.notification : one.subscriber_email_addresses == toset(["finance@example.com"])])
    error_message = "The budget tells somebody else."
  }
}

run "only_the_estate_is_counted" {
  command = plan

  assert {
    condition     = one(aws_budgets_budget.this.cost_filter).values == tolist(["user:quarterdeck:estate$shop-prod"])
    error_message = "The budget counts what is not the estate's."
  }
}

run "the_whole_account_is_counted_if_no_estate_is_named" {
  command = plan
  variables {
    estate = null
  }

  assert {
    condition     = length(aws_budgets_budget.this.cost_filter) == 0
    error_message = "The budget leaves something out."
  }
}

run "a_budget_that_tells_nobody_is_refused" {
  command = plan
  variables {
    emails = []
  }
  expect_failures = [aws_budgets_budget.this]
}

run "a_budget_without_thresholds_is_refused" {
  command = plan
  variables {
    thresholds = { actual = [], forecasted = [] }
  }
  expect_failures = [var.thresholds]
}

run "more_thresholds_than_aws_takes_are_refused" {
  command = plan
  variables {
    thresholds = { actual = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100], forecasted = [100] }
  }
  expect_failures = [var.thresholds]
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    name       = "a:b"
    limit_usd  = 0
    estate     = ""
    thresholds = { actual = [0] }
    emails     = ["finance"]
    topic_arns = ["shop-prod"]
  }
  expect_failures = [var.name, var.limit_usd, var.estate, var.thresholds, var.emails, var.topic_arns]
}
