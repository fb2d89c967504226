mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name = "shop-test"
  near = {
    region  = "us-east-1"
    vpc_id  = "vpc-1"
    vpn     = { cidrs = ["10.1.0.0/22"], route_table_ids = { vpn = "rtb-1" } }
    bastion = { cidrs = ["10.1.4.0/22"], route_table_ids = { bastion = "rtb-2" } }
  }
  far = {
    region  = "us-west-2"
    vpc_id  = "vpc-2"
    vpn     = { cidrs = ["10.3.0.0/22"], route_table_ids = { vpn = "rtb-3" } }
    bastion = { cidrs = ["10.3.4.0/22"], route_table_ids = { bastion = "rtb-4" } }
  }
}

run "the_vpn_of_each_region_reaches_the_bastions_of_the_other" {
  assert {
    condition = { for one in aws_route.this : "${one.region} ${one.route_table_id}" => one.destination_cidr_block } == {
      "us-east-1 rtb-1" = "10.3.4.0/22"
      "us-east-1 rtb-2" = "10.3.0.0/22"
      "us-west-2 rtb-3" = "10.1.4.0/22"
      "us-west-2 rtb-4" = "10.1.0.0/22"
    }
    error_message = "Other routes: ${jsonencode({ for one in aws_route.this : "${one.region} ${one.route_table_id}" => one.destination_cidr_block })}"
  }
  assert {
    condition     = aws_vpc_peering_connection.this.peer_region == "us-west-2" && aws_vpc_peering_connection_accepter.this.region == "us-west-2" && aws_vpc_peering_connection_accepter.this.auto_accept
    error_message = "The far side does not accept."
  }
}

run "sides_that_overlap_are_refused" {
  command = plan
  variables {
    far = {
      region  = "us-west-2"
      vpc_id  = "vpc-2"
      vpn     = { cidrs = ["10.1.0.0/24"], route_table_ids = { vpn = "rtb-3" } }
      bastion = { cidrs = ["10.3.4.0/22"], route_table_ids = { bastion = "rtb-4" } }
    }
  }
  expect_failures = [var.far]
}

run "a_region_is_not_peered_with_itself" {
  command = plan
  variables {
    far = {
      region  = "us-east-1"
      vpc_id  = "vpc-2"
      vpn     = { cidrs = ["10.3.0.0/24"], route_table_ids = { vpn = "rtb-3" } }
      bastion = { cidrs = ["10.3.4.0/22"], route_table_ids = { bastion = "rtb-4" } }
    }
  }
  expect_failures = [var.far]
}
