mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  name                 = "shop-prod"
  bucket               = "shop-prod-audit"
  key_arn              = "arn:aws:kms:us-east-1:111122223333:key/1"
  data_buckets         = ["arn:aws:s3:::shop-prod-state"]
  break_glass_role_arn = "arn:aws:iam::111122223333:role/shop-prod-break-glass"
  topic_arn            = "arn:aws:sns:us-east-1:111122223333:shop-prod-page"
}

run "the_trail_holds_everything_everywhere_and_cannot_be_forged" {
  command = plan

  assert {
    condition = (
      aws_cloudtrail.this.is_multi_region_trail && aws_cloudtrail.this.include_global_service_events &&
      aws_cloudtrail.this.enable_log_file_validation && aws_cloudtrail.this.enable_logging && aws_cloudtrail.this.kms_key_id == var.key_arn
    )
    error_message = "The trail leaves something out, can be changed after the fact, or is in the clear."
  }

  assert {
    condition = contains(flatten([
      for selector in aws_cloudtrail.this.advanced_event_selector : [
        for field in selector.field_selector : field.starts_with if field.field == "resources.ARN"
      ]
    ]), "arn:aws:s3:::shop-prod-state/")
    error_message = "Who reads the state is not in the trail."
  }
}

run "the_trail_writes_to_its_group_and_nowhere_else" {
  override_resource {
    target = aws_cloudwatch_log_group.trail
    values = { arn = "arn:aws:logs:us-east-1:111122223333:log-group:/shop-prod/cloudtrail" }
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.trail.policy).Statement == [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "arn:aws:logs:us-east-1:111122223333:log-group:/shop-prod/cloudtrail:log-stream:*"
    }]
    error_message = "CloudTrail cannot write to its group, or writes to others."
  }

  assert {
    condition = (
      jsondecode(aws_iam_role.trail.assume_role_policy).Statement[0].Effect == "Allow" &&
      jsondecode(aws_iam_role.trail.assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceArn"] == "arn:aws:cloudtrail:us-east-1:111122223333:trail/shop-prod"
    )
    error_message = "Another trail could take the role, or ours cannot."
  }
}

run "breaking_the_glass_rings" {
  command = plan

  assert {
    condition = (
      strcontains(aws_cloudwatch_log_metric_filter.watched["break-glass"].pattern, var.break_glass_role_arn) &&
      aws_cloudwatch_metric_alarm.watched["break-glass"].threshold == 1 &&
      aws_cloudwatch_metric_alarm.watched["break-glass"].alarm_actions == toset([var.topic_arn])
    )
    error_message = "Somebody could break the glass unheard."
  }
}

run "every_alarm_counts_a_filter_that_is_there" {
  command = plan

  assert {
    condition = alltrue([
      for what, alarm in aws_cloudwatch_metric_alarm.watched :
      alarm.metric_name == one(aws_cloudwatch_log_metric_filter.watched[what].metric_transformation).name &&
      alarm.namespace == one(aws_cloudwatch_log_metric_filter.watched[what].metric_transformation).namespace
    ])
    error_message = "An alarm waits for a metric that no filter makes."
  }

  assert {
    condition     = alltrue([for filter in values(aws_cloudwatch_log_metric_filter.watched) : length(filter.pattern) <= 1024])
    error_message = "A pattern is longer than the 1024 characters that CloudWatch takes."
  }
}

run "a_pattern_is_no_word_salad" {
  command = plan

  assert {
    condition = alltrue([
      for filter in values(aws_cloudwatch_log_metric_filter.watched) :
      length(split("(", filter.pattern)) == length(split(")", filter.pattern)) && startswith(filter.pattern, "{ ") && endswith(filter.pattern, " }")
    ])
    error_message = "A pattern's parentheses do not match."
  }
}

run "without_a_topic_the_alarms_are_there_still" {
  command = plan
  variables {
    topic_arn    = null
    data_buckets = []
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.watched) == 7 && length(aws_cloudwatch_metric_alarm.watched["denied"].alarm_actions) == 0
    error_message = "An alarm is missing."
  }

  assert {
    condition     = length(aws_cloudtrail.this.advanced_event_selector) == 1
    error_message = "A selector without a bucket would audit every object of the account."
  }
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    name                 = "S"
    bucket               = ""
    key_arn              = "alias/audit"
    retention_days       = 30
    data_buckets         = ["shop-prod-state"]
    break_glass_role_arn = "shop-prod-break-glass"
    topic_arn            = "shop-prod-page"
    permissions_boundary = "boundary"
  }
  expect_failures = [
    var.name, var.bucket, var.key_arn, var.retention_days, var.data_buckets, var.break_glass_role_arn, var.topic_arn,
    var.permissions_boundary,
  ]
}
