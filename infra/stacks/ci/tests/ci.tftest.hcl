mock_provider "aws" {
  source = "../../tests/mocks"
}

override_data {
  target = data.aws_ssm_parameter.global
  values = {
    insecure_value = "{\"keys\":{\"data\":\"arn:aws:kms:us-east-1:111122223333:key/2\"},\"buckets\":{\"mirror\":\"shop-test-mirror\"},\"roles\":{\"pipeline\":\"arn:aws:iam::111122223333:role/shop-test-pipeline\",\"deploy\":\"arn:aws:iam::111122223333:role/shop-test-deploy\"},\"agents\":{\"log_group_arns\":[\"arn:aws:logs:us-east-1:111122223333:log-group:/shop-test/hosts/audit\",\"arn:aws:logs:us-east-1:111122223333:log-group:/shop-test/hosts/journal\"]},\"permissions_boundary\":\"arn:aws:iam::111122223333:policy/shop-test-boundary\"}"
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
    helpers_sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
  }
  tools_digest = "sha256:87dd36cfa1b8b50554e6e2ca29168272e26755b19ba5438341f7c66b36decc19"
  signing      = { here = false }
}

run "runners_stand_where_nat_is" {
  command = plan

  assert {
    condition     = keys(module.runner) == ["deploy", "jobs"] && length(module.signing) == 0
    error_message = "There is no runner, one that builds where nothing is built, or a second key that signs."
  }
}

run "one_environment_signs_and_the_others_check" {
  command = plan
  variables {
    signing = { here = true, verifiers = ["arn:aws:iam::333344445555:role/shop-prod-pipeline"] }
  }

  assert {
    condition     = keys(module.runner) == ["build", "deploy", "jobs"] && length(module.signing) == 1
    error_message = "Nothing builds, or nothing signs what is built."
  }
}

run "what_a_merge_request_brings_finds_no_deployer" {
  variables {
    signing = { here = true }
  }

  # a key that signs is kept, so that this is planned
  command = plan

  assert {
    condition     = [for purpose, runner in module.runner : purpose if length(runner.becomes) > 1] == ["deploy"]
    error_message = "A job that is not Terraform's could change the infrastructure."
  }
}

run "other_regions_and_copies_have_no_runners" {
  variables {
    region = "us-west-2"
  }

  assert {
    condition     = length(module.runner) == 0 && length(local.published.autoscaling_groups) == 0
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
    gitlab       = { url = "http://gitlab", runner_version = "18.5.0", runner_sha256 = "", helpers_sha256 = "" }
    tools_digest = "latest"
    fleets       = { lint = { min_size = 1, max_size = 1 } }
    signing      = { here = false, verifiers = ["arn:aws:iam::333344445555:role/shop-prod-pipeline"] }
  }
  expect_failures = [var.gitlab, var.tools_digest, var.fleets, var.signing]
}
