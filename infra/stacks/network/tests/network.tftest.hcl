mock_provider "aws" {
  source = "../../tests/mocks"
}

override_data {
  target = data.aws_ssm_parameter.global
  values = {
    insecure_value = "{\"buckets\":{\"logs\":\"shop-test-logs\"}}"
  }
}

variables {
  estate         = "shop"
  environment    = "test"
  region         = "us-east-1"
  primary_region = "us-east-1"
  regions = {
    us-east-1 = { block = "10.16.0.0/15", zones = ["us-east-1a", "us-east-1b", "us-east-1c"] }
    us-west-2 = { block = "10.18.0.0/15", zones = ["us-west-2a", "us-west-2b"] }
  }
}

run "three_vpcs_lie_apart_in_the_regions_block" {
  assert {
    condition     = { for kind, one in local.published.vpcs : kind => one.cidr } == { security = "10.17.0.0/20", lb = "10.17.16.0/20", app = "10.16.0.0/16" }
    error_message = "The VPCs are elsewhere: ${jsonencode(local.published.vpcs)}"
  }
  assert {
    condition     = alltrue(flatten([for tiers in values(local.published.subnets) : [for zones in values(tiers) : keys(zones) == ["us-east-1a", "us-east-1b", "us-east-1c"]]]))
    error_message = "A tier is not in every zone."
  }
}

run "only_the_lb_vpc_goes_out_and_only_from_its_private_tier" {
  assert {
    condition     = keys(local.published.nat_addresses) == ["us-east-1a", "us-east-1b", "us-east-1c"] && keys(local.published.nat_gateways) == keys(local.published.nat_addresses)
    error_message = "Not a NAT gateway in each zone."
  }
  # what NAT serves is what stands in this tier: builders and the image mirror (stack perimeter)
  assert {
    condition     = [for tier, one in local.routing.lb : tier if try(one.nat, false)] == ["private"] && [for tier, one in local.routing.lb : tier if try(one.public, false)] == ["public"]
    error_message = "Another tier than private goes out by NAT, or another than public by the gateway."
  }
  assert {
    condition     = length(local.published.route_tables.app.database) == 0 && length(local.published.route_tables.app.transit) == 0
    error_message = "Databases have a table of their own; they need no route at all."
  }
}

run "others_read_what_they_need" {
  assert {
    condition     = aws_ssm_parameter.published.name == "/shop-test/network" && length(setsubtract(["zones", "vpcs", "vpn_cidr", "subnets", "tiers", "route_tables", "nat_addresses"], keys(jsondecode(aws_ssm_parameter.published.insecure_value)))) == 0
    error_message = "A part of what is agreed on is not published."
  }
  assert {
    condition     = jsondecode(aws_ssm_parameter.published.insecure_value).tiers.app.node == ["10.16.0.0/18", "10.16.64.0/18", "10.16.128.0/18"]
    error_message = "Nodes have other blocks."
  }
}

run "a_copy_has_names_and_blocks_of_its_own" {
  variables {
    copy = "pr-7"
  }
  assert {
    condition     = aws_ssm_parameter.published.name == "/shop-test-pr-7/network" && startswith(local.published.vpcs.app.cidr, "10.199.") && endswith(local.published.vpcs.app.cidr, "/18")
    error_message = "The copy is ${aws_ssm_parameter.published.name} with ${local.published.vpcs.app.cidr}."
  }
}

run "a_copy_that_meets_another_that_stands_is_refused" {
  command = plan
  variables {
    copy = "pr-7"
  }
  override_data {
    target = data.aws_vpcs.standing
    values = {
      ids = ["vpc-0aaaaaaaaaaaaaaaa"]
    }
  }
  override_data {
    target = data.aws_vpc.standing
    values = {
      cidr_block = "10.199.0.0/18"
      tags       = { "quarterdeck:estate" = "shop-test-pr-71" }
    }
  }
  expect_failures = [data.aws_vpc.standing]
}

run "its_own_vpcs_are_no_hindrance" {
  command = plan
  variables {
    copy = "pr-7"
  }
  override_data {
    target = data.aws_vpcs.standing
    values = {
      ids = ["vpc-0aaaaaaaaaaaaaaaa"]
    }
  }
  override_data {
    target = data.aws_vpc.standing
    values = {
      cidr_block = "10.199.0.0/18"
      tags       = { "quarterdeck:estate" = "shop-test-pr-7" }
    }
  }
  assert {
    condition     = length(data.aws_vpc.standing) == 1
    error_message = "What stands was not looked at."
  }
}

run "the_estate_is_every_region_and_where_its_copies_are" {
  assert {
    condition     = join(" ", local.published.estate) == "10.16.0.0/15 10.18.0.0/15 10.192.0.0/10" && join(" ", local.published.regions) == "us-east-1 us-west-2"
    error_message = "Hosts would refuse the estate's own, or a copy's hosts each other: ${join(" ", local.published.estate)}"
  }
}

run "prod_has_no_copies_and_takes_nobody_for_one" {
  command = plan
  variables {
    environment = "prod"
  }
  assert {
    condition     = join(" ", local.published.estate) == "10.16.0.0/15 10.18.0.0/15"
    error_message = "Hosts of prod would admit copies of dev."
  }
}

run "a_copy_says_where_it_stands" {
  command = plan
  variables {
    copy         = "pr-7"
    copy_regions = ["us-west-2"]
  }
  assert {
    condition     = join(" ", local.published.regions) == "us-east-1 us-west-2" && module.address_plan.plan["us-west-2"].block != module.address_plan.plan["us-east-1"].block
    error_message = "The other stacks would take the copy for another."
  }
}

run "a_copy_by_itself_stands_in_one_region" {
  command = plan
  variables {
    copy = "pr-7"
  }
  assert {
    condition     = join(" ", local.published.regions) == "us-east-1"
    error_message = "The other stacks would wait for regions that are not there."
  }
}

run "a_region_that_the_environment_has_not_is_refused" {
  command = plan
  variables {
    copy         = "pr-7"
    copy_regions = ["us-east-2"]
  }
  expect_failures = [var.copy_regions]
}
