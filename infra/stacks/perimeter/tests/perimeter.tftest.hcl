mock_provider "aws" {
  source = "../../tests/mocks"
}

override_data {
  target = data.aws_ssm_parameter.network["us-east-1"]
  values = {
    insecure_value = <<-END
      {
        "zones": ["us-east-1a", "us-east-1b"],
        "vpn_cidr": "10.1.32.0/20", "database_port": 5432,
        "vpcs": {"security": {"id": "vpc-sec0", "cidr": "10.1.0.0/20"}, "lb": {"id": "vpc-lb0", "cidr": "10.1.16.0/20"}, "app": {"id": "vpc-app0", "cidr": "10.0.0.0/16"}},
        "tiers": {"security": {"vpn": ["10.1.0.0/22"], "bastion": ["10.1.4.0/22"], "transit": ["10.1.8.0/22"]}, "lb": {"public": ["10.1.16.0/22"], "private": ["10.1.20.0/22"], "transit": ["10.1.24.0/22"]}, "app": {"node": ["10.0.0.0/18", "10.0.64.0/18"], "jump": ["10.0.192.0/20"], "database": ["10.0.208.0/20"], "transit": ["10.0.224.0/20"]}},
        "subnets": {"security": {"vpn": {"us-east-1a": "subnet-security-vpn-us-east-1a", "us-east-1b": "subnet-security-vpn-us-east-1b"}, "bastion": {"us-east-1a": "subnet-security-bastion-us-east-1a", "us-east-1b": "subnet-security-bastion-us-east-1b"}, "transit": {"us-east-1a": "subnet-security-transit-us-east-1a", "us-east-1b": "subnet-security-transit-us-east-1b"}}, "lb": {"public": {"us-east-1a": "subnet-lb-public-us-east-1a", "us-east-1b": "subnet-lb-public-us-east-1b"}, "private": {"us-east-1a": "subnet-lb-private-us-east-1a", "us-east-1b": "subnet-lb-private-us-east-1b"}, "transit": {"us-east-1a": "subnet-lb-transit-us-east-1a", "us-east-1b": "subnet-lb-transit-us-east-1b"}}, "app": {"node": {"us-east-1a": "subnet-app-node-us-east-1a", "us-east-1b": "subnet-app-node-us-east-1b"}, "jump": {"us-east-1a": "subnet-app-jump-us-east-1a", "us-east-1b": "subnet-app-jump-us-east-1b"}, "database": {"us-east-1a": "subnet-app-database-us-east-1a", "us-east-1b": "subnet-app-database-us-east-1b"}, "transit": {"us-east-1a": "subnet-app-transit-us-east-1a", "us-east-1b": "subnet-app-transit-us-east-1b"}}},
        "route_tables": {"security": {"vpn": ["rtb-vpn0"], "bastion": ["rtb-bastion0"], "transit": []}, "lb": {"public": ["rtb-public0"], "private": ["rtb-private0a", "rtb-private0b"], "transit": []}, "app": {"node": ["rtb-node0"], "jump": ["rtb-jump0"], "database": [], "transit": []}}
      }
    END
  }
}

override_data {
  target = data.aws_ssm_parameter.network["us-west-2"]
  values = {
    insecure_value = <<-END
      {
        "zones": ["us-west-2a", "us-west-2b"],
        "vpn_cidr": "10.3.32.0/20",
        "vpcs": {"security": {"id": "vpc-sec2", "cidr": "10.3.0.0/20"}, "lb": {"id": "vpc-lb2", "cidr": "10.3.16.0/20"}, "app": {"id": "vpc-app2", "cidr": "10.2.0.0/16"}},
        "tiers": {"security": {"vpn": ["10.3.0.0/22"], "bastion": ["10.3.4.0/22"], "transit": ["10.3.8.0/22"]}, "lb": {"public": ["10.3.16.0/22"], "private": ["10.3.20.0/22"], "transit": ["10.3.24.0/22"]}, "app": {"node": ["10.2.0.0/18", "10.2.64.0/18"], "jump": ["10.2.192.0/20"], "database": ["10.2.208.0/20"], "transit": ["10.2.224.0/20"]}},
        "subnets": {"security": {"vpn": {"us-west-2a": "subnet-security-vpn-us-west-2a", "us-west-2b": "subnet-security-vpn-us-west-2b"}, "bastion": {"us-west-2a": "subnet-security-bastion-us-west-2a", "us-west-2b": "subnet-security-bastion-us-west-2b"}, "transit": {"us-west-2a": "subnet-security-transit-us-west-2a", "us-west-2b": "subnet-security-transit-us-west-2b"}}, "lb": {"public": {"us-west-2a": "subnet-lb-public-us-west-2a", "us-west-2b": "subnet-lb-public-us-west-2b"}, "private": {"us-west-2a": "subnet-lb-private-us-west-2a", "us-west-2b": "subnet-lb-private-us-west-2b"}, "transit": {"us-west-2a": "subnet-lb-transit-us-west-2a", "us-west-2b": "subnet-lb-transit-us-west-2b"}}, "app": {"node": {"us-west-2a": "subnet-app-node-us-west-2a", "us-west-2b": "subnet-app-node-us-west-2b"}, "jump": {"us-west-2a": "subnet-app-jump-us-west-2a", "us-west-2b": "subnet-app-jump-us-west-2b"}, "database": {"us-west-2a": "subnet-app-database-us-west-2a", "us-west-2b": "subnet-app-database-us-west-2b"}, "transit": {"us-west-2a": "subnet-app-transit-us-west-2a", "us-west-2b": "subnet-app-transit-us-west-2b"}}},
        "route_tables": {"security": {"vpn": ["rtb-vpn2"], "bastion": ["rtb-bastion2"], "transit": []}, "lb": {"public": ["rtb-public2"], "private": ["rtb-private2a", "rtb-private2b"], "transit": []}, "app": {"node": ["rtb-node2"], "jump": ["rtb-jump2"], "database": [], "transit": []}}
      }
    END
  }
}

override_data {
  target = data.aws_ssm_parameter.transit
  values = {
    insecure_value = <<-END
      {
        "transit_gateway": "tgw-1",
        "endpoint_groups": {"security": "sg-endpoint-sec", "lb": "sg-endpoint-lb", "app": "sg-endpoint-app"},
        "s3_prefix_list": "pl-1"
      }
    END
  }
}

variables {
  estate         = "shop"
  environment    = "test"
  region         = "us-east-1"
  primary_region = "us-east-1"
  regions = {
    us-east-1 = { block = "10.0.0.0/15", zones = ["us-east-1a", "us-east-1b"] }
    us-west-2 = { block = "10.2.0.0/15", zones = ["us-west-2a", "us-west-2b"] }
  }
}

run "the_vpn_of_every_region_comes_in_and_goes_to_every_region" {
  assert {
    condition     = toset(values(local.vpn_cidrs)) == toset(["10.1.0.0/22", "10.3.0.0/22"]) && toset(values(local.bastion_cidrs)) == toset(["10.1.4.0/22", "10.3.4.0/22"])
    error_message = "A region's VPN or bastions are left out."
  }
}

run "each_role_has_a_group_of_its_own" {
  assert {
    condition     = toset(keys(local.published.security_groups)) == toset(["vpn", "bastion", "ingress", "builder", "jump", "node", "control_plane", "database"]) && length(distinct(values(local.published.security_groups))) == 8
    error_message = "Groups: ${jsonencode(local.published.security_groups)}"
  }
}

run "the_way_in_is_a_chain_of_ssh" {
  assert {
    condition     = jsonencode(module.vpn.rules) == jsonencode({ ingress = [], egress = ["tcp 22-22 10.1.4.0/22", "tcp 22-22 10.3.4.0/22"] })
    error_message = "Clients of the VPN reach more, or less, than the bastions: ${jsonencode(module.vpn.rules)}"
  }
  assert {
    condition     = jsonencode(module.bastion.rules) == jsonencode({ ingress = ["tcp 22-22 10.1.0.0/22", "tcp 22-22 10.3.0.0/22"], egress = ["tcp 22-22 10.0.192.0/20", "tcp 443-443 pl-1", "tcp 443-443 sg-endpoint-sec"] })
    error_message = "Bastions: ${jsonencode(module.bastion.rules)}"
  }
  assert {
    condition = jsonencode(module.jump.rules) == jsonencode({
      ingress = ["tcp 22-22 10.1.4.0/22"]
      egress = sort([
        "tcp 22-22 ${module.node.security_group_id}", "tcp 443-443 ${module.control_plane.security_group_id}", "tcp 443-443 pl-1",
        "tcp 443-443 sg-endpoint-app", "tcp 5432-5432 ${module.database.security_group_id}",
      ])
    })
    error_message = "Jump hosts: ${jsonencode(module.jump.rules)}"
  }
}

run "the_world_reaches_the_proxies_by_the_load_balancer_alone" {
  assert {
    condition     = jsonencode(module.ingress.rules) == jsonencode({ ingress = ["tcp 443-443 0.0.0.0/0"], egress = ["tcp 8443-8443 10.0.0.0/18", "tcp 8443-8443 10.0.64.0/18"] })
    error_message = "The load balancer: ${jsonencode(module.ingress.rules)}"
  }
  assert {
    condition     = jsonencode([for rule in module.node.rules.ingress : rule if !strcontains(rule, module.node.security_group_id) && !strcontains(rule, module.control_plane.security_group_id)]) == jsonencode(sort(["tcp 22-22 ${module.jump.security_group_id}", "tcp 8443-8443 10.1.16.0/22"]))
    error_message = "Somebody but load balancer, jump hosts and control plane reaches nodes: ${jsonencode(module.node.rules.ingress)}"
  }
}

run "builders_alone_go_out_and_nobody_comes_in_to_them" {
  assert {
    condition     = jsonencode(module.builder.rules) == jsonencode({ ingress = [], egress = ["tcp 443-443 0.0.0.0/0"] })
    error_message = "Builders: ${jsonencode(module.builder.rules)}"
  }
  assert {
    condition     = alltrue([for rules in [module.vpn, module.bastion, module.ingress, module.jump, module.node, module.control_plane, module.database] : !anytrue([for rule in rules.rules.egress : endswith(rule, "/0")])])
    error_message = "Somebody else goes out."
  }
}

run "data_and_the_control_plane_admit_those_who_need_them" {
  assert {
    condition     = jsonencode(module.database.rules) == jsonencode({ ingress = sort(["tcp 5432-5432 ${module.jump.security_group_id}", "tcp 5432-5432 ${module.node.security_group_id}"]), egress = [] })
    error_message = "Databases: ${jsonencode(module.database.rules)}"
  }
  assert {
    condition     = jsonencode(module.control_plane.rules.ingress) == jsonencode(sort(["tcp 443-443 ${module.jump.security_group_id}", "tcp 443-443 ${module.node.security_group_id}", "tcp 443-443 10.1.20.0/22"]))
    error_message = "The control plane: ${jsonencode(module.control_plane.rules.ingress)}"
  }
}

run "the_kubelet_is_always_among_what_the_control_plane_calls" {
  command = plan
  variables {
    webhook_ports = [443]
  }
  expect_failures = [var.webhook_ports]
}

run "a_proxy_at_a_port_of_root_is_refused" {
  command = plan
  variables {
    app_port = 443
  }
  expect_failures = [var.app_port]
}

run "a_copy_lets_in_the_vpn_of_its_own_regions_alone" {
  command = plan
  variables {
    copy = "pr-7"
  }
  override_data {
    target = data.aws_ssm_parameter.copy["this"]
    values = { insecure_value = "{\"regions\":[\"us-east-1\"]}" }
  }
  assert {
    condition     = keys(local.network) == ["us-east-1"]
    error_message = "The copy opens itself to regions that it does not stand in."
  }
}
