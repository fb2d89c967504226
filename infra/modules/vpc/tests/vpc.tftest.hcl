mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name                = "shop-test"
  kind                = "app"
  cidr                = "10.0.0.0/16"
  zones               = ["us-east-1a", "us-east-1b"]
  flow_log_bucket_arn = "arn:aws:s3:::shop-test-logs"
  tiers = {
    node = {
      routes = "own"
      cidrs  = { us-east-1a = "10.0.0.0/18", us-east-1b = "10.0.64.0/18" }
    }
    database = {
      cidrs = { us-east-1a = "10.0.192.0/22", us-east-1b = "10.0.196.0/22" }
      acl = {
        ingress = [{ cidr = "10.0.0.0/18", protocol = "tcp", from_port = 5432, to_port = 5432 }]
        egress  = [{ cidr = "10.0.0.0/18", protocol = "tcp", from_port = 1024, to_port = 65535 }]
      }
    }
  }
}

run "an_app_vpc_has_no_way_out" {
  assert {
    condition     = length(aws_internet_gateway.this) + length(aws_nat_gateway.this) + length(aws_route.internet) + length(aws_route.nat) + length(aws_eip.nat) == 0
    error_message = "The App VPC has a gateway or a default route."
  }
  assert {
    condition     = length(aws_default_route_table.this.route) == 0 && length(aws_default_security_group.this.ingress) == 0 && length(aws_default_security_group.this.egress) == 0
    error_message = "The main table or the default group lets something through."
  }
  assert {
    condition     = keys(aws_route_table.this) == ["node"] && length(aws_route_table_association.this) == 2
    error_message = "Only the tier node has a table of its own; got ${jsonencode(keys(aws_route_table.this))}."
  }
  assert {
    condition     = aws_vpc.this.enable_dns_support && aws_vpc.this.enable_dns_hostnames
    error_message = "Endpoints would not answer by the services' own names."
  }
  assert {
    condition     = aws_flow_log.this.traffic_type == "ALL" && aws_flow_log.this.vpc_id == aws_vpc.this.id
    error_message = "The flow log is not of all the VPC's traffic."
  }
  assert {
    condition     = aws_vpc.this.tags["quarterdeck:vpc"] == "app" && alltrue([for one in aws_subnet.this : one.tags["quarterdeck:vpc"] == "app" && !one.map_public_ip_on_launch])
    error_message = "The tag quarterdeck:vpc is missing, or a subnet gives public addresses."
  }
  assert {
    condition     = keys(aws_network_acl.this) == ["database"] && length(aws_network_acl.this["database"].subnet_ids) == 2 && alltrue([for rule in aws_network_acl.this["database"].ingress : rule.from_port == 5432 && rule.cidr_block == "10.0.0.0/18"])
    error_message = "The databases' network ACL admits others than nodes."
  }
}

run "an_lb_vpc_has_a_nat_gateway_in_each_zone" {
  variables {
    kind  = "lb"
    cidr  = "10.1.16.0/20"
    zones = ["us-east-1a", "us-east-1b", "us-east-1c"]
    tiers = {
      public = {
        routes = "own"
        public = true
        cidrs  = { us-east-1a = "10.1.16.0/24", us-east-1b = "10.1.17.0/24", us-east-1c = "10.1.18.0/24" }
      }
      private = {
        routes = "zonal"
        nat    = true
        cidrs  = { us-east-1a = "10.1.20.0/24", us-east-1b = "10.1.21.0/24", us-east-1c = "10.1.22.0/24" }
      }
      transit = {
        cidrs = { us-east-1a = "10.1.24.0/28", us-east-1b = "10.1.24.16/28", us-east-1c = "10.1.24.32/28" }
      }
    }
  }
  assert {
    condition     = keys(aws_nat_gateway.this) == ["us-east-1a", "us-east-1b", "us-east-1c"] && length(distinct([for one in aws_nat_gateway.this : one.subnet_id])) == 3
    error_message = "Not one NAT gateway in each zone."
  }
  assert {
    condition     = alltrue([for zone in var.zones : aws_route.nat["private/${zone}"].nat_gateway_id == aws_nat_gateway.this[zone].id])
    error_message = "A zone goes out by another zone's NAT."
  }
  assert {
    condition     = keys(aws_route.internet) == ["public"] && length(output.route_table_ids.transit) == 0 && length(output.route_table_ids.private) == 3
    error_message = "Other tiers than public lead to the internet gateway."
  }
  assert {
    condition     = alltrue([for one in aws_nat_gateway.this : one.tags["quarterdeck:role"] == "nat"])
    error_message = "NAT gateways cannot be found by their role."
  }
}

run "a_public_tier_in_the_app_vpc_is_refused" {
  command = plan
  variables {
    tiers = {
      node = {
        routes = "own"
        public = true
        cidrs  = { us-east-1a = "10.0.0.0/18", us-east-1b = "10.0.64.0/18" }
      }
    }
  }
  expect_failures = [var.tiers]
}

run "subnets_that_overlap_are_refused" {
  command = plan
  variables {
    tiers = {
      node     = { cidrs = { us-east-1a = "10.0.0.0/18", us-east-1b = "10.0.64.0/18" } }
      database = { cidrs = { us-east-1a = "10.0.32.0/24", us-east-1b = "10.0.128.0/24" } }
    }
  }
  expect_failures = [var.tiers]
}

run "a_subnet_outside_the_vpc_is_refused" {
  command = plan
  variables {
    tiers = { node = { cidrs = { us-east-1a = "10.9.0.0/18", us-east-1b = "10.0.64.0/18" } } }
  }
  expect_failures = [var.tiers]
}

run "one_zone_is_refused" {
  command = plan
  variables {
    zones = ["us-east-1a"]
    tiers = { node = { cidrs = { us-east-1a = "10.0.0.0/18" } } }
  }
  expect_failures = [var.zones]
}

run "a_vpc_without_a_flow_log_is_refused" {
  command = plan
  variables {
    flow_log_bucket_arn = ""
  }
  expect_failures = [var.flow_log_bucket_arn]
}
