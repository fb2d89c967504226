mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name        = "shop-test-node"
  description = "Nodes of the cluster"
  vpc_id      = "vpc-0123456789abcdef0"
  ingress = {
    pods = { description = "Pods among themselves", from_port = 1, to_port = 65535, self = true }
    jump = { description = "Shells from the jump hosts", from_port = 22, cidr = "10.0.192.0/20" }
  }
  egress = {
    s3 = { description = "S3 by its gateway", from_port = 443, prefix_list = "pl-63a5400a" }
  }
}

run "each_rule_names_one_peer_and_its_ports" {
  assert {
    condition     = aws_vpc_security_group_ingress_rule.this["pods"].referenced_security_group_id == aws_security_group.this.id && aws_vpc_security_group_ingress_rule.this["pods"].cidr_ipv4 == null
    error_message = "The rule for the group itself names another peer."
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.this["jump"].from_port == 22 && aws_vpc_security_group_ingress_rule.this["jump"].to_port == 22
    error_message = "A rule of one port opens more."
  }
  assert {
    condition     = length(aws_vpc_security_group_rules_exclusive.this.ingress_rule_ids) == 2 && length(aws_vpc_security_group_rules_exclusive.this.egress_rule_ids) == 1
    error_message = "Rules by hand would stay."
  }
}

run "the_world_is_refused_unless_it_is_meant" {
  command = plan
  variables {
    ingress = { https = { description = "Everybody", from_port = 443, cidr = "0.0.0.0/0" } }
  }
  expect_failures = [var.ingress]
}

run "the_world_may_come_where_it_is_meant" {
  command = plan
  variables {
    from_world = true
    ingress    = { https = { description = "Everybody", from_port = 443, cidr = "0.0.0.0/0" } }
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.this["https"].cidr_ipv4 == "0.0.0.0/0"
    error_message = "The listener is shut."
  }
}

run "a_way_out_is_refused_unless_it_is_meant" {
  command = plan
  variables {
    egress = { all = { description = "Everywhere", from_port = 443, cidr = "0.0.0.0/0" } }
  }
  expect_failures = [var.egress]
}

run "all_protocols_are_refused" {
  command = plan
  variables {
    egress = { all = { description = "Everything", protocol = "-1", from_port = 1, cidr = "10.0.0.0/8" } }
  }
  expect_failures = [var.egress]
}

run "a_rule_without_a_peer_is_refused" {
  command = plan
  variables {
    ingress = { nobody = { description = "Nobody", from_port = 443 } }
  }
  expect_failures = [aws_vpc_security_group_ingress_rule.this["nobody"]]
}
