mock_provider "aws" {
  source = "../../tests/mocks"
}

override_data {
  target = data.aws_ssm_parameter.global
  values = { insecure_value = "{\"permissions_boundary\":\"arn:aws:iam::111122223333:policy/shop-prod-boundary\"}" }
}
override_data {
  target = data.aws_ssm_parameter.network
  values = { insecure_value = "{\"tiers\":{\"security\":{\"bastion\":[\"10.33.4.0/22\"]}}}" }
}
override_data {
  target = data.aws_ssm_parameter.edge
  values = { insecure_value = "{\"vpn\":{\"id\":\"cvpn-endpoint-1\"}}" }
}
override_data {
  target = data.aws_ssm_parameter.cluster
  values = { insecure_value = "{\"cluster\":{\"name\":\"shop-prod-us-east-1\"}}" }
}

variables {
  estate         = "shop"
  environment    = "prod"
  region         = "us-east-1"
  primary_region = "us-east-1"
  regions = {
    us-east-1 = { block = "10.32.0.0/15", zones = ["us-east-1a", "us-east-1b"] }
    us-west-2 = { block = "10.36.0.0/15", zones = ["us-west-2a", "us-west-2b"] }
  }
  engineers = {
    alice = {
      principal_arn = "arn:aws:iam::111122223333:role/guest"
      expires_on    = "2027-03-31T18:00:00Z"
      vpn_group     = "guests"
    }
  }
}

run "one_vpn_leads_the_guest_to_every_regions_bastions" {
  assert {
    condition     = join(" ", keys(local.bastions)) == "us-east-1-0 us-west-2-0"
    error_message = "A guest does not reach a region."
  }

  assert {
    condition     = local.published.roles.alice == "arn:aws:iam::111122223333:role/shop-prod-engineer-alice"
    error_message = "The guest is told another role."
  }
}

run "in_a_copy_they_reach_the_bastions_that_the_copy_has" {
  command = plan
  variables {
    environment = "dev"
    copy        = "pr-7"
    region      = "us-west-2"
  }
  override_data {
    target = data.aws_ssm_parameter.copy["this"]
    values = { insecure_value = "{\"regions\":[\"us-east-1\",\"us-west-2\"]}" }
  }
  assert {
    condition     = join(" ", keys(local.bastions)) == "us-east-1-0 us-west-2-0"
    error_message = "An engineer does not reach a region of the copy, or asks for one that it does not have."
  }
}

run "a_guest_without_an_end_is_refused_in_prod" {
  command = plan
  variables {
    engineers = { alice = { principal_arn = "arn:aws:iam::111122223333:role/guest" } }
  }
  expect_failures = [var.engineers]
}

run "a_level_that_is_none_is_refused" {
  command = plan
  variables {
    engineers = { alice = { principal_arn = "arn:aws:iam::111122223333:role/guest", level = "admin", expires_on = "2027-03-31T18:00:00Z" } }
  }
  expect_failures = [var.engineers]
}

run "a_team_does_not_come_one_by_one" {
  command = plan
  variables {
    engineers = { for number in range(16) : "guest${number}" => { principal_arn = "arn:aws:iam::111122223333:role/guest", expires_on = "2027-03-31T18:00:00Z" } }
  }
  expect_failures = [var.engineers]
}
