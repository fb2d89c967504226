mock_provider "aws" {
  source = "../../tests/mocks"
}

override_data {
  target = data.aws_ssm_parameter.network["us-east-1"]
  values = {
    insecure_value = <<-END
      {
        "regions": ["us-east-1"],
        "zones": ["us-east-1a", "us-east-1b"],
        "vpn_cidr": "10.1.32.0/20",
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
        "regions": ["us-east-1", "us-west-2"],
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

run "routes_lead_along_the_chain_and_back_and_nowhere_else" {
  assert {
    condition = { for key, one in local.routes : key => "${one.route_table_id} ${one.destination}" } == {
      bastion-jump-0 = "rtb-bastion0 10.0.192.0/20"
      jump-bastion-0 = "rtb-jump0 10.1.4.0/22"
      public-node-0  = "rtb-public0 10.0.0.0/18"
      public-node-1  = "rtb-public0 10.0.64.0/18"
      node-public-0  = "rtb-node0 10.1.16.0/22"
      # runners reach the Kubernetes API from the tier where NAT is, which has a table for each zone
      private-node-0-0 = "rtb-private0a 10.0.0.0/18"
      private-node-0-1 = "rtb-private0a 10.0.64.0/18"
      private-node-1-0 = "rtb-private0b 10.0.0.0/18"
      private-node-1-1 = "rtb-private0b 10.0.64.0/18"
      node-private-0   = "rtb-node0 10.1.20.0/22"
    }
    error_message = "Other routes: ${jsonencode({ for key, one in local.routes : key => "${one.route_table_id} ${one.destination}" })}"
  }
}

run "the_first_region_owns_the_peering_with_the_second" {
  assert {
    condition     = keys(local.published.peers) == ["us-west-2"]
    error_message = "us-east-1 owns other peerings: ${jsonencode(keys(local.published.peers))}"
  }
}

run "the_second_region_owns_none" {
  variables {
    region = "us-west-2"
  }
  assert {
    condition     = length(local.published.peers) == 0
    error_message = "The pair would be in two states."
  }
}

run "a_copy_in_one_region_has_no_peers" {
  variables {
    copy = "pr-7"
  }
  override_data {
    target = data.aws_ssm_parameter.copy["this"]
    values = { insecure_value = "{\"regions\":[\"us-east-1\"]}" }
  }
  assert {
    condition     = length(local.published.peers) == 0 && length(data.aws_ssm_parameter.network) == 1
    error_message = "The copy asks for regions that it does not stand in."
  }
}

run "a_copy_whose_regions_do_not_agree_is_refused" {
  command = plan
  variables {
    copy   = "pr-7"
    region = "us-west-2"
  }
  override_data {
    target = data.aws_ssm_parameter.copy["this"]
    values = { insecure_value = "{\"regions\":[\"us-east-1\",\"us-west-2\"]}" }
  }
  # us-east-1 says that it is alone
  expect_failures = [data.aws_ssm_parameter.network]
}

run "each_vpc_has_the_endpoints_that_it_cannot_do_without" {
  assert {
    condition     = alltrue([for service in ["ecr.api", "ecr.dkr", "eks-auth", "sts", "s3", "logs"] : contains(keys(local.published.endpoints.app), service)]) && contains(keys(local.published.endpoints.security), "ssmmessages")
    error_message = "The App or the Security VPC lacks a door to AWS."
  }
}

run "an_app_vpc_without_its_registry_is_refused" {
  command = plan
  variables {
    services = {
      security = ["ssm", "ssmmessages", "logs"]
      lb       = []
      app      = ["ec2"]
    }
  }
  expect_failures = [var.services]
}

run "bastions_without_their_metrics_are_refused" {
  command = plan
  variables {
    services = {
      security = ["kms", "logs", "ssm", "ssmmessages"]
      lb       = []
      app      = ["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "sts", "logs", "monitoring", "kms", "ssm", "ssmmessages"]
    }
  }
  expect_failures = [var.services]
}

run "builders_and_the_mirror_fetch_by_the_gateway_what_hosts_need_not" {
  assert {
    condition = toset(setsubtract(local.readable.lb, local.readable.app)) == toset([
      "ec2imagebuilder-toe-us-east-1-prod", "ec2imagebuilder-managed-resources-us-east-1-prod", "prod-registry-k8s-io-us-east-1", "docker-images-prod",
    ])
    error_message = "An image build, or the mirror of images, is refused by S3's gateway; or hosts read what is not theirs."
  }
}
