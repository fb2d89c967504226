mock_provider "aws" { source = "../../tests/mocks" }

variables {
  name               = "shop-prod"
  components         = { verify = "name: verify\nphases: [{ name: test, steps: [] }]\n" }
  images             = { jump = { parent_image = "ami-0123456789abcdef0", components = ["verify"] } }
  subnet_id          = "subnet-0a1"
  security_group_ids = ["sg-0123456789abcdef0"]
  key_arn            = "arn:aws:kms:us-east-1:111122223333:key/1"
  mirror             = "shop-prod-mirror"
  log_bucket         = { name = "shop-prod-logs" }
  topic_arn          = "arn:aws:sns:us-east-1:111122223333:shop-prod-security"
}

run "a_document_without_phases_is_refused" {
  command = plan
  variables {
    components = { verify = "name: verify\n" }
  }
  expect_failures = [var.components]
}

run "an_image_whose_tests_are_not_last_is_refused" {
  command = plan
  variables {
    components = { verify = "phases: [{}]", after = "phases: [{}]" }
    images     = { jump = { parent_image = "ami-0123456789abcdef0", components = ["verify", "after"] } }
  }
  expect_failures = [var.images]
}

run "a_component_that_is_not_there_is_refused" {
  command = plan
  variables {
    images = { jump = { parent_image = "ami-0123456789abcdef0", components = ["hardening", "verify"] } }
  }
  expect_failures = [var.images]
}

run "a_parent_that_is_none_is_refused" {
  command = plan
  variables {
    images = { jump = { parent_image = "al2023", components = ["verify"] } }
  }
  expect_failures = [var.images]
}

run "a_build_every_day_is_refused" {
  command = plan
  variables {
    schedule = "cron(0 6 * * ? *)"
  }
  expect_failures = [var.schedule]
}

run "a_schedule_that_is_no_cron_is_refused" {
  command = plan
  variables {
    schedule = "rate(30 days)"
  }
  expect_failures = [var.schedule]
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    name                 = "S"
    subnet_id            = "a"
    security_group_ids   = []
    instance_types       = []
    key_arn              = "alias/images"
    mirror               = "s3://mirror"
    log_bucket           = { name = "s3://logs" }
    kept_images          = 1
    topic_arn            = "security"
    permissions_boundary = "boundary"
  }
  expect_failures = [
    var.name, var.subnet_id, var.security_group_ids, var.instance_types, var.key_arn, var.mirror, var.log_bucket, var.kept_images,
    var.topic_arn, var.permissions_boundary,
  ]
}
