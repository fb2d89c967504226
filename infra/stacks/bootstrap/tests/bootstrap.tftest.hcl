mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  estate         = "shop"
  environment    = "test"
  region         = "us-east-1"
  primary_region = "us-east-1"
  regions        = { us-east-1 = { block = "10.0.0.0/15", zones = ["us-east-1a", "us-east-1b"] } }
}

run "the_bucket_is_named_after_the_environment" {
  command = plan
  assert {
    condition     = module.state_bucket.bucket == "shop-test-state-111122223333-us-east-1" && aws_ssm_parameter.published.name == "/shop-test/bootstrap"
    error_message = "The bucket is ${module.state_bucket.bucket}, told in ${aws_ssm_parameter.published.name}."
  }
}

run "an_environment_that_does_not_exist_is_refused" {
  command = plan
  variables {
    environment = "produktion"
  }
  expect_failures = [var.environment]
}

run "a_copy_of_prod_is_refused" {
  command = plan
  variables {
    environment = "prod"
    copy        = "pr-1"
  }
  expect_failures = [var.copy]
}

run "a_region_without_a_block_is_refused" {
  command = plan
  variables {
    region = "us-west-2"
  }
  expect_failures = [var.region]
}

run "a_region_outside_the_united_states_is_refused" {
  command = plan
  variables {
    region         = "eu-west-1"
    primary_region = "eu-west-1"
    regions        = { eu-west-1 = { block = "10.0.0.0/15", zones = ["eu-west-1a", "eu-west-1b"] } }
  }
  expect_failures = [var.regions]
}

run "a_region_with_one_zone_is_refused" {
  command = plan
  variables {
    regions = { us-east-1 = { block = "10.0.0.0/15", zones = ["us-east-1a"] } }
  }
  expect_failures = [var.regions]
}

run "tags_that_the_stacks_set_are_not_for_others" {
  command = plan
  variables {
    tags = { "quarterdeck:estate" = "mine" }
  }
  expect_failures = [var.tags]
}
