mock_provider "aws" {
  source = "../../tests/mocks"

  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:us-east-1:111122223333:shop-prod-page" }
  }
}

variables {
  name       = "shop-prod-page"
  key_arn    = "arn:aws:kms:us-east-1:111122223333:key/1"
  publishers = ["cloudwatch.amazonaws.com", "events.amazonaws.com"]
  subscriptions = {
    paging = { protocol = "https", endpoint = "https://events.example.com/integration/1" }
    team   = { protocol = "email", endpoint = "oncall@example.com" }
  }
}

run "only_our_account_and_its_services_publish" {
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_sns_topic_policy.this.policy).Statement :
      try(statement.Condition.StringEquals["aws:SourceAccount"] == "111122223333", false) || try(endswith(statement.Principal.AWS, ":111122223333:root"), false)
      if statement.Effect == "Allow" && statement.Sid != "Events"
    ])
    error_message = "Another account could page us."
  }

  assert {
    condition = toset(flatten([
      for statement in jsondecode(aws_sns_topic_policy.this.policy).Statement : statement.Principal.Service if can(statement.Principal.Service)
    ])) == var.publishers
    error_message = "Not just the services that were named publish."
  }
}

run "eventbridge_is_heard" {
  assert {
    condition = one([
      for statement in jsondecode(aws_sns_topic_policy.this.policy).Statement : statement if try(statement.Principal.Service == "events.amazonaws.com", false)
    ]) == { Sid = "Events", Effect = "Allow", Action = "sns:Publish", Resource = "arn:aws:sns:us-east-1:111122223333:shop-prod-page", Principal = { Service = "events.amazonaws.com" } }
    error_message = "SNS refuses what EventBridge publishes under a condition: findings would reach nobody."
  }
}

run "nobody_publishes_who_was_not_named" {
  variables {
    publishers = ["cloudwatch.amazonaws.com"]
  }
  assert {
    condition     = !strcontains(aws_sns_topic_policy.this.policy, "events.amazonaws.com")
    error_message = "EventBridge publishes unasked."
  }
}

run "what_is_said_is_encrypted" {
  assert {
    condition     = aws_sns_topic.this.kms_master_key_id == var.key_arn
    error_message = "The topic is in the clear."
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_sns_topic_policy.this.policy).Statement : statement if statement.Sid == "TlsOnly"
      ]) == {
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Action    = "sns:Publish"
      Resource  = "arn:aws:sns:us-east-1:111122223333:shop-prod-page"
      Principal = { AWS = "*" }
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }
    error_message = "The topic takes messages without TLS."
  }
}

run "whoever_was_named_is_told" {
  assert {
    condition     = { for who, one in aws_sns_topic_subscription.this : who => one.endpoint } == { for who, one in var.subscriptions : who => one.endpoint }
    error_message = "Somebody else is told."
  }
}

run "a_page_in_the_clear_is_refused" {
  command = plan
  variables {
    subscriptions = { paging = { protocol = "https", endpoint = "http://events.example.com" } }
  }
  expect_failures = [var.subscriptions]
}

run "a_protocol_that_sns_does_not_know_is_refused" {
  command = plan
  variables {
    subscriptions = { paging = { protocol = "pigeon", endpoint = "loft" } }
  }
  expect_failures = [var.subscriptions]
}

run "a_mail_address_that_is_none_is_refused" {
  command = plan
  variables {
    subscriptions = { team = { protocol = "email", endpoint = "oncall" } }
  }
  expect_failures = [var.subscriptions]
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    name       = "a b"
    key_arn    = "alias/topic"
    publishers = ["*"]
  }
  expect_failures = [var.name, var.key_arn, var.publishers]
}
