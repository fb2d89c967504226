mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name = "shop-test"
  vpcs = {
    security = { vpc_id = "vpc-1", subnet_ids = ["subnet-1", "subnet-2"] }
    lb       = { vpc_id = "vpc-2", subnet_ids = ["subnet-3", "subnet-4"] }
    app      = { vpc_id = "vpc-3", subnet_ids = ["subnet-5", "subnet-6"] }
  }
  reaches = {
    security = ["app"]
    lb       = ["app"]
    app      = ["security", "lb"]
  }
  routes = {
    bastion-to-jump = { segment = "security", route_table_id = "rtb-1", destination = "10.0.192.0/20", to = "app" }
  }
}

run "segments_reach_what_they_are_told_and_no_more" {
  assert {
    condition     = toset(keys(aws_ec2_transit_gateway_route_table_propagation.this)) == toset(["security-to-app", "lb-to-app", "app-to-security", "app-to-lb"])
    error_message = "Other propagations: ${jsonencode(keys(aws_ec2_transit_gateway_route_table_propagation.this))}"
  }
  assert {
    condition = (
      aws_ec2_transit_gateway_route_table_propagation.this["security-to-app"].transit_gateway_route_table_id == aws_ec2_transit_gateway_route_table.this["security"].id &&
      aws_ec2_transit_gateway_route_table_propagation.this["security-to-app"].transit_gateway_attachment_id == aws_ec2_transit_gateway_vpc_attachment.this["app"].id
    )
    error_message = "The Security segment's table does not learn the App VPC's routes."
  }
  assert {
    condition     = aws_ec2_transit_gateway.this.default_route_table_association == "disable" && aws_ec2_transit_gateway.this.default_route_table_propagation == "disable" && aws_ec2_transit_gateway.this.auto_accept_shared_attachments == "disable"
    error_message = "Attachments join by themselves."
  }
  assert {
    condition     = alltrue([for one in aws_ec2_transit_gateway_vpc_attachment.this : !one.transit_gateway_default_route_table_association && !one.transit_gateway_default_route_table_propagation])
    error_message = "A VPC joins or is learnt beside the segments."
  }
  assert {
    condition     = aws_route.this["bastion-to-jump"].transit_gateway_id == aws_ec2_transit_gateway.this.id
    error_message = "The VPC's route goes elsewhere."
  }
}

run "a_default_route_over_the_gateway_is_refused" {
  command = plan
  variables {
    routes = { out = { segment = "app", route_table_id = "rtb-1", destination = "0.0.0.0/0", to = "lb" } }
  }
  expect_failures = [var.routes]
}

run "a_route_to_a_segment_out_of_reach_is_refused" {
  command = plan
  variables {
    routes = { across = { segment = "security", route_table_id = "rtb-1", destination = "10.1.16.0/20", to = "lb" } }
  }
  expect_failures = [var.routes]
}

run "a_reach_without_a_way_back_is_refused" {
  command = plan
  variables {
    reaches = { security = ["app"], lb = ["app"], app = ["lb"] }
    routes  = {}
  }
  expect_failures = [var.reaches]
}

run "an_attachment_in_one_zone_is_refused" {
  command = plan
  variables {
    vpcs = {
      security = { vpc_id = "vpc-1", subnet_ids = ["subnet-1"] }
      lb       = { vpc_id = "vpc-2", subnet_ids = ["subnet-3", "subnet-4"] }
      app      = { vpc_id = "vpc-3", subnet_ids = ["subnet-5", "subnet-6"] }
    }
  }
  expect_failures = [var.vpcs]
}
