mock_provider "aws" { source = "../../tests/mocks" }

variables {
  name = "shop-prod"
  topics = {
    page   = "arn:aws:sns:us-east-1:111122223333:shop-prod-page"
    notice = "arn:aws:sns:us-east-1:111122223333:shop-prod-notice"
  }
  alarms = {
    canary  = { description = "The canary fails", namespace = "CloudWatchSynthetics", metric_name = "SuccessPercent", statistic = "Average", comparison = "LessThanThreshold", threshold = 90, missing = "breaching" }
    targets = { description = "Targets are unhealthy", namespace = "AWS/NetworkELB", metric_name = "UnHealthyHostCount", statistic = "Maximum", threshold = 1 }
    slow    = { description = "Answers are slow", namespace = "Web", metric_name = "latency", p = "p99", threshold = 2, severity = "notice" }
  }
  composites = {
    customers = { description = "Customers notice", any_of = ["canary", "targets"] }
    both      = { description = "Canary and targets", all_of = ["canary", "targets"], severity = "notice" }
  }
}

run "one_fault_is_one_page" {
  assert {
    condition     = aws_cloudwatch_composite_alarm.this["customers"].alarm_rule == "(ALARM(\"shop-prod-canary\") OR ALARM(\"shop-prod-targets\"))"
    error_message = "The composite looks at other alarms."
  }

  assert {
    condition     = aws_cloudwatch_composite_alarm.this["both"].alarm_rule == "ALARM(\"shop-prod-canary\") AND ALARM(\"shop-prod-targets\")"
    error_message = "all_of is not all of them."
  }

  assert {
    condition = (
      aws_cloudwatch_composite_alarm.this["customers"].alarm_actions == toset([var.topics.page]) &&
      length(aws_cloudwatch_metric_alarm.this["canary"].alarm_actions) == 0
    )
    error_message = "A fault pages more than once, or not at all."
  }
}

run "a_severity_has_its_topic_and_says_when_it_is_over" {
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["slow"].alarm_actions == toset([var.topics.notice]) &&
      aws_cloudwatch_metric_alarm.this["slow"].ok_actions == toset([var.topics.notice]) &&
      aws_cloudwatch_metric_alarm.this["slow"].extended_statistic == "p99"
    )
    error_message = "A notice wakes somebody, or nobody hears that it is over."
  }
}

run "what_a_deployment_looks_at_wakes_nobody" {
  variables {
    alarms = {
      canary  = { description = "The canary fails", namespace = "CloudWatchSynthetics", metric_name = "SuccessPercent", statistic = "Average", threshold = 90 }
      targets = { description = "Targets are unhealthy", namespace = "AWS/NetworkELB", metric_name = "UnHealthyHostCount", statistic = "Maximum", threshold = 1 }
      track   = { description = "The canary track fails", namespace = "Web", metric_name = "probe", statistic = "Minimum", threshold = 1, severity = "gate" }
    }
    composites = {
      customers = { description = "Customers notice", any_of = ["canary", "targets"] }
      gate      = { description = "A deployment stops", any_of = ["track"], severity = "gate" }
    }
  }

  assert {
    condition     = length(aws_cloudwatch_composite_alarm.this["gate"].alarm_actions) + length(aws_cloudwatch_metric_alarm.this["track"].alarm_actions) == 0
    error_message = "A canary that fails its deployment wakes somebody."
  }
}

run "silence_of_the_canary_is_a_fault" {
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["canary"].treat_missing_data == "breaching"
    error_message = "A canary that is dead would look well."
  }
}

run "an_estate_that_wakes_nobody_is_noticed" {
  command = plan
  variables {
    composites = {}
  }
  expect_failures = [check.somebody_is_woken, check.nothing_is_watched_for_nobody]
}

run "a_composite_of_an_alarm_that_is_not_there_is_refused" {
  command = plan
  variables {
    composites = { customers = { description = "Customers notice", any_of = ["cnary"] } }
  }
  expect_failures = [var.composites]
}

run "an_empty_composite_is_refused" {
  command = plan
  variables {
    composites = { customers = { description = "Customers notice" } }
  }
  expect_failures = [var.composites]
}

run "a_composite_for_nobody_is_refused" {
  command = plan
  variables {
    composites = { customers = { description = "Customers notice", any_of = ["canary"], severity = "none" } }
  }
  expect_failures = [var.composites]
}

run "an_alarm_without_a_statistic_is_refused" {
  command = plan
  variables {
    alarms     = { slow = { description = "Answers are slow", namespace = "Web", metric_name = "latency", threshold = 2, severity = "page" } }
    composites = {}
  }
  expect_failures = [var.alarms]
}

run "words_that_cloudwatch_does_not_know_are_refused" {
  command = plan
  variables {
    alarms = {
      slow = { description = "Answers are slow", namespace = "Web", metric_name = "latency", statistic = "Median", threshold = 2, severity = "page", missing = "good" }
    }
    composites = {}
  }
  expect_failures = [var.alarms]
}

run "an_alarm_that_says_nothing_is_refused" {
  command = plan
  variables {
    alarms     = { slow = { description = "slow", namespace = "Web", metric_name = "latency", statistic = "Sum", threshold = 2, severity = "page" } }
    composites = {}
  }
  expect_failures = [var.alarms]
}

run "more_datapoints_than_periods_are_refused" {
  command = plan
  variables {
    alarms     = { slow = { description = "Answers are slow", namespace = "Web", metric_name = "latency", statistic = "Sum", threshold = 2, severity = "page", datapoints_to_alarm = 5 } }
    composites = {}
  }
  expect_failures = [var.alarms]
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    name   = "S"
    topics = { page = "page", notice = "notice" }
  }
  expect_failures = [var.name, var.topics]
}
