mock_provider "aws" {
  source = "../../tests/mocks"
}

override_data {
  target = data.aws_ssm_parameter.global
  values = {
    insecure_value = "{\"keys\":{\"data\":\"arn:aws:kms:us-east-1:111122223333:key/2\"},\"buckets\":{\"logs\":\"shop-test-logs\",\"mirror\":\"shop-test-mirror\"},\"topics\":{\"security\":\"arn:aws:sns:us-east-1:111122223333:shop-test-security\"},\"permissions_boundary\":\"arn:aws:iam::111122223333:policy/shop-test-boundary\"}"
  }
}
override_data {
  target = data.aws_ssm_parameter.network
  values = { insecure_value = "{\"estate\":[\"10.16.0.0/15\",\"10.18.0.0/15\"],\"subnets\":{\"lb\":{\"private\":{\"us-east-1a\":\"subnet-0a1\",\"us-east-1b\":\"subnet-0b1\"}}}}" }
}
override_data {
  target = data.aws_ssm_parameter.perimeter
  values = { insecure_value = "{\"security_groups\":{\"builder\":\"sg-0123456789abcdef0\"}}" }
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
  kubernetes_version = "1.34"
  checksums = {
    goss       = "87dd36cfa1b8b50554e6e2ca29168272e26755b19ba5438341f7c66b36decc19"
    fluent_bit = "87dd36cfa1b8b50554e6e2ca29168272e26755b19ba5438341f7c66b36decc19"
  }
}

run "each_role_has_a_pipeline_and_a_parameter" {
  assert {
    condition = (
      toset(keys(module.pipeline["this"].pipeline_arns)) == toset(["bastion", "jump", "node"]) &&
      { for role, one in aws_ssm_parameter.image : role => one.name } == module.pipeline["this"].parameter_names
    )
    error_message = "Stacks would read another parameter than the pipeline writes."
  }
}

run "every_component_is_used_and_gets_its_parameters" {
  assert {
    condition     = toset(flatten([for recipe in values(local.recipes) : recipe.components])) == toset(keys(local.components))
    error_message = "A component is written and in no image."
  }
}

run "the_hosts_firewall_knows_the_estates_addresses_and_no_others" {
  assert {
    condition     = module.pipeline["this"].parameters.Estate == "10.16.0.0/15, 10.18.0.0/15"
    error_message = "The component would fall back on 10.0.0.0/8, in which other environments lie."
  }
}

run "patches_come_by_the_deadlines_that_findings_are_held_against" {
  assert {
    condition     = local.deadlines.days.CRITICAL == 7 && local.deadlines.days.HIGH == 30
    error_message = "The deadlines are others than this test knows: look at it again."
  }
}

run "a_copy_starts_its_environments_images" {
  variables {
    copy = "pr-123"
  }

  assert {
    condition = (
      length(module.pipeline) == 0 && aws_ssm_parameter.image["node"].name == "/shop-test-pr-123/images/node" &&
      data.aws_ssm_parameter.start["node"].name == "/shop-test/images/node"
    )
    error_message = "A copy would build images, or run others than its environment."
  }
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    kubernetes_version = "1.33.1"
    checksums          = { goss = "abc", fluent_bit = "abc" }
    ssh_authority      = "ssh-rsa AAAA"
    schedule           = "monthly"
    patch_schedule     = { bastion = "cron(0 4 ? * TUE *)", jump = "cron(0 4 ? * TUE *)" }
  }
  expect_failures = [var.kubernetes_version, var.checksums, var.ssh_authority, var.schedule, var.patch_schedule]
}
