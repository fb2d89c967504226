mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  name           = "shop-prod"
  regions        = ["us-east-2"]
  engineers      = ["arn:aws:iam::111122223333:role/on-call"]
  administrators = ["arn:aws:iam::111122223333:role/admin-one", "arn:aws:iam::111122223333:role/admin-two"]
  state          = { bucket = "shop-prod-state", key_arn = "arn:aws:kms:us-east-2:111122223333:key/1" }
}

run "the_whole_account_is_no_engineer" {
  command = plan
  variables {
    engineers = ["arn:aws:iam::111122223333:root"]
  }
  expect_failures = [var.engineers]
}

run "nobody_on_call_is_refused" {
  command = plan
  variables {
    engineers = []
  }
  expect_failures = [var.engineers]
}

run "one_administrator_is_too_few" {
  command = plan
  variables {
    administrators = ["arn:aws:iam::111122223333:role/admin-one"]
  }
  expect_failures = [var.administrators]
}

run "root_is_not_for_the_engineer" {
  command = plan
  variables {
    host_user = "root"
  }
  expect_failures = [var.host_user]
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    name               = "S"
    regions            = ["virginia"]
    state              = { bucket = "shop-prod-state", key_arn = "alias/state" }
    read_session_hours = 24
    environment_before = { account_id = "dev", name = "shop-dev" }
  }
  expect_failures = [var.name, var.regions, var.state, var.read_session_hours, var.environment_before]
}
