mock_provider "aws" {
  source = "../../tests/mocks"
}

override_data {
  target = data.aws_ssm_parameter.global
  values = {
    insecure_value = "{\"keys\":{\"data\":\"arn:aws:kms:us-east-1:111122223333:key/2\"},\"buckets\":{\"mirror\":\"shop-test-mirror\"},\"roles\":{\"pipeline\":\"arn:aws:iam::111122223333:role/shop-test-pipeline\",\"deploy\":\"arn:aws:iam::111122223333:role/shop-test-deploy\"},\"permissions_boundary\":\"arn:aws:iam::111122223333:policy/shop-test-boundary\"}"
  }
}
override_data {
  target = data.aws_ssm_parameter.network
  values = { insecure_value = "{\"subnets\":{\"lb\":{\"private\":{\"us-east-1a\":\"subnet-0a1\",\"us-east-1b\":\"subnet-0b1\"}}}}" }
}
override_data {
  target = data.aws_ssm_parameter.perimeter
  values = { insecure_value = "{\"security_groups\":{\"builder\":\"sg-0123456789abcdef0\"}}" }
}
override_data {
  target = data.aws_ssm_parameter.registry
  values = { insecure_value = "{\"registry\":\"111122223333.dkr.ecr.us-east-1.amazonaws.com/shop-test\"}" }
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
  gitlab = {
    url            = "https://gitlab.example.com"
    runner_version = "18.5.0"
    runner_sha256  = "87dd36cfa1b8b50554e6e2ca29168272e26755b19ba5438341f7c66b36decc19"
  }
  tools_digest = "sha256:87dd36cfa1b8b50554e6e2ca29168272e26755b19ba5438341f7c66b36decc19"
  signing      = { here = false }
}

run "runners_stand_where_nat_is" {
  command = plan

  assert {
    condition     = length(module.runner) == 1 && length(module.signing) == 0
    error_message = "There is no runner, or a second key that signs."
  }
}

run "one_environment_signs_and_the_others_check" {
  command = plan
  variables {
    signing = { here = true, verifiers = ["arn:aws:iam::333344445555:role/shop-prod-pipeline"] }
  }

  assert {
    condition     = length(module.signing) == 1
    error_message = "Nothing signs what is built."
  }
}

run "other_regions_and_copies_have_no_runners" {
  variables {
    region = "us-west-2"
  }

  assert {
    condition     = length(module.runner) == 0 && local.published.autoscaling_group == null
    error_message = "A region has runners of its own, which GitLab does not know."
  }
}

run "a_copy_is_made_by_its_environments_runners" {
  variables {
    copy    = "pr-123"
    signing = { here = true }
  }

  assert {
    condition     = length(module.runner) + length(module.signing) == 0
    error_message = "A copy makes runners, or a key that it cannot take down."
  }
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    gitlab       = { url = "http://gitlab", runner_version = "18.5.0", runner_sha256 = "" }
    tools_digest = "latest"
    fleet        = { min_size = 0, max_size = 1 }
    signing      = { here = false, verifiers = ["arn:aws:iam::333344445555:role/shop-prod-pipeline"] }
  }
  expect_failures = [var.gitlab, var.tools_digest, var.fleet, var.signing]
}
