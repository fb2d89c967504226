mock_provider "aws" { source = "../../tests/mocks" }

variables {
  name        = "shop-prod"
  urls        = { all = "https://prod.shop.example.com/readyz", here = "https://us-east-1.prod.shop.example.com/readyz" }
  code_bucket = "shop-prod-mirror"
  log_key_arn = "arn:aws:kms:us-east-1:111122223333:key/logs"
  artifacts   = { bucket = "shop-prod-logs", key_arn = "arn:aws:kms:us-east-1:111122223333:key/1" }
}

run "it_asks_every_minute_from_outside" {
  assert {
    condition     = one(aws_synthetics_canary.this.schedule).expression == "rate(1 minute)" && aws_synthetics_canary.this.start_canary
    error_message = "The canary does not run, or seldom."
  }

  assert {
    condition     = length(aws_synthetics_canary.this.vpc_config) == 0
    error_message = "From inside it would not see what customers see."
  }

  assert {
    condition     = jsondecode(one(aws_synthetics_canary.this.run_config).environment_variables.PROBE_URLS).here == "https://us-east-1.prod.shop.example.com/readyz"
    error_message = "The canary asks for something else."
  }
}

run "it_runs_the_code_that_was_reviewed" {
  assert {
    condition     = aws_synthetics_canary.this.s3_key == "canaries/probe-${substr(filesha256("source/probe.js"), 0, 12)}.zip"
    error_message = "The code could change under its name."
  }
}

run "its_role_writes_its_results_and_no_more" {
  assert {
    condition = toset(flatten([for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Action])) == toset([
      "s3:PutObject", "s3:GetBucketLocation", "kms:GenerateDataKey", "kms:Decrypt", "logs:CreateLogStream",
      "logs:PutLogEvents", "cloudwatch:PutMetricData",
    ])
    error_message = "The canary may do what it does not need."
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Resource if statement.Sid == "Results"
    ]) == "arn:aws:s3:::shop-prod-logs/canaries/*"
    error_message = "The canary may write over others' logs."
  }
}

run "its_role_is_held_and_logs_under_its_name" {
  variables {
    permissions_boundary = "arn:aws:iam::111122223333:policy/shop-prod-boundary"
  }

  assert {
    condition     = aws_iam_role.this.permissions_boundary == var.permissions_boundary
    error_message = "The canary's role is not held by the boundary."
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Resource if statement.Sid == "Logs"
    ]) == "arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/cwsyn-shop-prod-*"
    error_message = "The canary writes to others' log groups."
  }

  assert {
    condition     = aws_synthetics_canary.this.delete_lambda && aws_synthetics_canary.this.failure_retention_period == 31
    error_message = "A canary that is gone leaves its function behind, or its failures are forgotten at once."
  }
}

run "its_results_are_encrypted" {
  assert {
    condition     = one(one(aws_synthetics_canary.this.artifact_config).s3_encryption).kms_key_arn == var.artifacts.key_arn
    error_message = "Results are in the clear."
  }
}

run "a_run_that_would_meet_the_next_is_refused" {
  command = plan
  variables {
    urls     = { for number in range(12) : "u${number}" => "https://example.com/${number}" }
    expected = { timeout_ms = 10000 }
  }
  expect_failures = [aws_synthetics_canary.this]
}

run "asking_in_the_clear_is_refused" {
  command = plan
  variables {
    urls = { all = "http://prod.shop.example.com" }
  }
  expect_failures = [var.urls]
}

run "a_status_that_is_none_is_refused" {
  command = plan
  variables {
    expected = { status = 42 }
  }
  expect_failures = [var.expected]
}

run "a_timeout_longer_than_a_visitor_waits_is_refused" {
  command = plan
  variables {
    expected = { timeout_ms = 60000 }
  }
  expect_failures = [var.expected]
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    name                 = "Shop"
    rate_minutes         = 0
    code_bucket          = "s3://mirror"
    artifacts            = { bucket = "s3://logs", key_arn = "arn:aws:kms:us-east-1:111122223333:key/1" }
    runtime_version      = "syn-python-selenium-4.1"
    log_key_arn          = "alias/logs"
    permissions_boundary = "boundary"
  }
  expect_failures = [var.name, var.rate_minutes, var.code_bucket, var.artifacts, var.runtime_version, var.log_key_arn, var.permissions_boundary]
}

run "its_log_has_a_key_and_an_end" {
  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/aws/lambda/cwsyn-shop-0123456789ab" && aws_cloudwatch_log_group.this.kms_key_id == var.log_key_arn && aws_cloudwatch_log_group.this.retention_in_days == 30
    error_message = "Lambda would make the group itself, in the clear and without an end."
  }
}
