mock_provider "aws" {
  source = "../../tests/mocks"
}

override_data {
  target = data.aws_ssm_parameter.bootstrap
  values = {
    insecure_value = "{\"bucket\":\"shop-test-state\",\"key\":\"arn:aws:kms:us-east-1:111122223333:key/1\"}"
  }
}
override_data {
  target = data.aws_ssm_parameter.primary
  values = { insecure_value = "{\"zone\":{\"id\":\"Z1\",\"name\":\"test.shop.example.com\"}}" }
}
override_data {
  target = data.aws_ssm_parameter.environment
  values = { insecure_value = "{\"keys\":{\"logs\":\"arn:aws:kms:us-east-1:111122223333:key/parent\"}}" }
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
  domain       = "test.shop.example.com"
  organization = "Shop"
  people = {
    engineers      = ["arn:aws:iam::111122223333:role/on-call"]
    administrators = ["arn:aws:iam::111122223333:role/one", "arn:aws:iam::111122223333:role/two"]
  }
  retention_days    = { logs = 120, hosts = 60, audit = 400 }
  audit_locked_days = 90
  quotas            = { elastic_ips = 6, vpcs = 9 }
  security_contacts = { team = { protocol = "email", endpoint = "security@example.com" } }
}

run "the_primary_region_has_what_exists_once" {
  command = plan

  assert {
    condition = (
      length(module.access_roles) == 1 && length(module.zone) == 1 && length(module.key_names) == 1 && length(module.query_log) == 1 &&
      toset(keys(aws_iam_service_linked_role.this)) == var.service_linked_roles
    )
    error_message = "Roles or zone, or what signs and logs its answers, are missing."
  }
}

run "route_53_writes_its_log_for_this_account_and_nowhere_else" {
  command = plan

  assert {
    condition = jsondecode(aws_cloudwatch_log_resource_policy.names["this"].policy_document).Statement == [{
      Effect    = "Allow"
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource  = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/route53/*"
      Principal = { Service = "route53.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = "111122223333" } }
    }]
    error_message = "Route 53 cannot write its log, or writes elsewhere, or for another account."
  }
}

run "who_writes_under_the_log_key_can_and_for_us_alone" {
  command = plan

  assert {
    condition     = !strcontains(jsonencode(local.users_of_the_log_key.cloudtraillooks.condition), "EncryptionContext") && !strcontains(jsonencode(local.users_of_the_log_key.events.condition), "aws:Source")
    error_message = "A condition asks for what the call does not bear (DescribeKey has no context, EventBridge no source): no trail is made, no finding told."
  }

  assert {
    condition     = alltrue([for user in values(local.users_of_the_log_key) : strcontains(jsonencode(user.condition), "111122223333")])
    error_message = "Another account could make a service use the key."
  }
}

run "aws_is_asked_for_the_addresses_that_every_zone_needs" {
  command = plan

  assert {
    condition = { for name, quota in aws_servicequotas_service_quota.this : name => "${quota.service_code} ${quota.quota_code} ${quota.value}" } == {
      elastic_ips = "ec2 L-0263D0A3 6"
      vpcs        = "vpc L-F678F1CE 9"
    }
    error_message = "Another quota is asked for."
  }
}

run "fewer_addresses_than_zones_need_are_refused" {
  command = plan
  variables {
    regions = {
      us-east-1 = { block = "10.16.0.0/15", zones = ["us-east-1a", "us-east-1b", "us-east-1c"] }
      us-west-2 = { block = "10.18.0.0/15", zones = ["us-west-2a", "us-west-2b"] }
    }
    quotas = { elastic_ips = 5 }
  }
  expect_failures = [var.quotas]
}

run "a_quota_that_nobody_knows_is_refused" {
  command = plan
  variables {
    quotas = { nat_gateways = 6 }
  }
  expect_failures = [var.quotas]
}

run "other_regions_have_their_own_keys_and_no_second_zone" {
  command = plan
  variables {
    region = "us-west-2"
  }

  assert {
    condition = (
      length(module.access_roles) + length(module.zone) + length(module.key_names) + length(aws_iam_service_linked_role.this) == 0 &&
      length(module.key_logs) == 1 && length(module.key_data) == 1 && length(module.bucket_logs) == 1 && length(module.private_ca) == 1
    )
    error_message = "What exists once would be made twice, or a region hangs on another's keys."
  }
}

run "a_copy_makes_nothing_and_says_what_its_environment_says" {
  variables {
    copy = "pr-123"
  }

  assert {
    condition = (
      length(module.access_roles) + length(module.zone) + length(module.key_logs) + length(module.key_data) + length(module.bucket_logs) +
      length(module.bucket_audit) + length(module.bucket_mirror) + length(module.private_ca) + length(module.topic) + length(module.host_logs) +
      length(aws_servicequotas_service_quota.this) == 0
    )
    error_message = "A copy could not be taken down: what it made is protected."
  }

  assert {
    condition = (
      aws_ssm_parameter.published.name == "/shop-test-pr-123/global" &&
      jsondecode(aws_ssm_parameter.published.insecure_value).keys.logs == "arn:aws:kms:us-east-1:111122223333:key/parent"
    )
    error_message = "The other stacks of a copy would not find the keys of its environment."
  }
}

run "an_audit_that_is_gone_before_the_logs_is_refused" {
  command = plan
  variables {
    retention_days = { logs = 400, hosts = 60, audit = 120 }
  }
  expect_failures = [var.retention_days]
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    domain               = "Shop"
    organization         = ""
    people               = { engineers = ["arn:aws:iam::111122223333:role/on-call"], administrators = [] }
    host_user            = "root"
    audit_locked_days    = -1
    security_contacts    = {}
    service_linked_roles = ["config"]
  }
  expect_failures = [
    var.domain, var.organization, var.people, var.host_user, var.audit_locked_days, var.security_contacts, var.service_linked_roles,
  ]
}
