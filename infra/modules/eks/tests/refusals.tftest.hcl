mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  name               = "shop-prod"
  kubernetes_version = "1.33"
  subnet_ids         = { us-east-1a = "subnet-0a1", us-east-1b = "subnet-0b1" }
  security_group_ids = ["sg-0123456789abcdef0"]
  secrets_key_arn    = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  log_key_arn        = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  access_entries     = {}
}

run "a_name_with_capitals_is_refused" {
  command = plan
  variables {
    name = "Shop"
  }
  expect_failures = [var.name]
}

run "a_patch_level_is_refused" {
  command = plan
  variables {
    kubernetes_version = "1.33.2"
  }
  expect_failures = [var.kubernetes_version]
}

run "one_zone_is_refused" {
  command = plan
  variables {
    subnet_ids = { us-east-1a = "subnet-0a1" }
  }
  expect_failures = [var.subnet_ids]
}

run "keys_that_are_no_zones_are_refused" {
  command = plan
  variables {
    subnet_ids = { one = "subnet-0a1", two = "subnet-0b1" }
  }
  expect_failures = [var.subnet_ids]
}

run "one_subnet_for_two_zones_is_refused" {
  command = plan
  variables {
    subnet_ids = { us-east-1a = "subnet-0a1", us-east-1b = "subnet-0a1" }
  }
  expect_failures = [var.subnet_ids]
}

run "no_security_group_is_refused" {
  command = plan
  variables {
    security_group_ids = []
  }
  expect_failures = [var.security_group_ids]
}

run "public_service_addresses_are_refused" {
  command = plan
  variables {
    service_ipv4_cidr = "8.8.0.0/16"
  }
  expect_failures = [var.service_ipv4_cidr]
}

run "a_session_is_no_principal" {
  command = plan
  variables {
    access_entries = {
      someone = { principal_arn = "arn:aws:sts::111122223333:assumed-role/shop/me", kubernetes_groups = ["quarterdeck:read"] }
    }
  }
  expect_failures = [var.access_entries]
}

run "a_group_of_kubernetes_own_is_refused" {
  command = plan
  variables {
    access_entries = {
      someone = { principal_arn = "arn:aws:iam::111122223333:role/shop", kubernetes_groups = ["system:masters"] }
    }
  }
  expect_failures = [var.access_entries]
}

run "an_entry_that_grants_nothing_is_refused" {
  command = plan
  variables {
    access_entries = { someone = { principal_arn = "arn:aws:iam::111122223333:role/shop" } }
  }
  expect_failures = [var.access_entries]
}

run "one_principal_twice_is_refused" {
  command = plan
  variables {
    access_entries = {
      one = { principal_arn = "arn:aws:iam::111122223333:role/shop", kubernetes_groups = ["quarterdeck:read"] }
      two = { principal_arn = "arn:aws:iam::111122223333:role/shop", kubernetes_groups = ["quarterdeck:act"] }
    }
  }
  expect_failures = [var.access_entries]
}

run "an_alias_is_no_key" {
  command = plan
  variables {
    secrets_key_arn = "alias/shop"
    log_key_arn     = "alias/shop"
  }
  expect_failures = [var.secrets_key_arn, var.log_key_arn]
}

run "a_month_of_audit_log_is_too_short" {
  command = plan
  variables {
    log_retention_days = 30
  }
  expect_failures = [var.log_retention_days]
}

run "a_boundary_that_is_no_policy_is_refused" {
  command = plan
  variables {
    permissions_boundary = "arn:aws:iam::111122223333:role/shop"
  }
  expect_failures = [var.permissions_boundary]
}
