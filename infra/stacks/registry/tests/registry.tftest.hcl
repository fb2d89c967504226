mock_provider "aws" {
  source = "../../tests/mocks"
}

override_data {
  target = data.aws_ssm_parameter.global
  values = { insecure_value = "{\"keys\":{\"data\":\"arn:aws:kms:us-east-1:111122223333:key/2\"}}" }
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
}

run "every_image_that_the_platform_needs_has_a_place" {
  assert {
    condition = length(setsubtract(
      concat(
        ["shop-test/app"],
        [for name in keys(jsondecode(file("../../platform/images.json"))) : "shop-test/mirror/${name}"],
        [for release in jsondecode(file("../../platform/releases.json")) : "shop-test/charts/${release.name}"],
      ),
      keys(module.ecr["this"].repositories)
    )) == 0
    error_message = "An image could not be mirrored: the pods that need it would not start."
  }
}

run "the_chart_reads_where_to_pull_from" {
  assert {
    condition     = jsondecode(aws_ssm_parameter.published.insecure_value).registry == "111122223333.dkr.ecr.us-east-1.amazonaws.com/shop-test"
    error_message = "The chart would pull from elsewhere."
  }
}

run "the_environment_after_this_takes_the_image_from_the_primary_region" {
  variables {
    pulled_by = ["arn:aws:iam::333344445555:role/shop-prod-pipeline"]
  }

  assert {
    condition     = module.ecr["this"].pulled_by == { "shop-test/app" = ["arn:aws:iam::333344445555:role/shop-prod-pipeline"] }
    error_message = "Prod could not take what passed in test, or more than that."
  }
}

run "and_from_no_other" {
  variables {
    region    = "us-west-2"
    pulled_by = ["arn:aws:iam::333344445555:role/shop-prod-pipeline"]
  }

  assert {
    condition     = length(module.ecr["this"].pulled_by) == 0
    error_message = "Another account pulls where it has no business."
  }
}

run "a_copy_pulls_from_its_environment" {
  variables {
    copy = "pr-123"
  }

  assert {
    condition     = length(module.ecr) == 0 && local.published.registry == "111122223333.dkr.ecr.us-east-1.amazonaws.com/shop-test"
    error_message = "A copy would need all images once more."
  }
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    repositories = ["App"]
    kept_images  = 1
    pulled_by    = ["shop-prod-pipeline"]
  }
  expect_failures = [var.repositories, var.kept_images, var.pulled_by]
}
