mock_provider "aws" {
  source = "../../tests/mocks"

  mock_resource "aws_acm_certificate" {
    defaults = {
      arn = "arn:aws:acm:us-east-1:111122223333:certificate/app"
      domain_validation_options = [{
        domain_name           = "app.shop.example.com"
        resource_record_name  = "_1.app.shop.example.com."
        resource_record_type  = "CNAME"
        resource_record_value = "_2.acm-validations.aws."
      }]
    }
  }

  mock_resource "aws_acm_certificate_validation" {
    defaults = {
      certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/app"
    }
  }
}

override_data {
  target = data.aws_ssm_parameter.global
  values = {
    insecure_value = <<-END
      {
        "buckets": {"logs": "shop-test-logs"},
        "keys": {"logs": "arn:aws:kms:us-east-1:111122223333:key/logs", "data": "arn:aws:kms:us-east-1:111122223333:key/data"},
        "zone": {"id": "Z0123456789", "name": "shop.example.com"},
        "permissions_boundary": null,
      "agents": {"log_group_arns": ["arn:aws:logs:us-east-1:111122223333:log-group:/shop-test/hosts/journal"], "mirror": "shop-test-mirror", "mirror_key_arn": "arn:aws:kms:us-east-1:111122223333:key/data"}
      }
    END
  }
}

override_data {
  target = data.aws_ssm_parameter.network["us-east-1"]
  values = {
    insecure_value = <<-END
      {
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
  target = data.aws_ssm_parameter.perimeter
  values = {
    insecure_value = <<-END
      {
        "app_port": 8443,
        "security_groups": {"vpn": "sg-vpn", "bastion": "sg-bastion", "ingress": "sg-ingress", "builder": "sg-builder", "jump": "sg-jump", "node": "sg-node", "control_plane": "sg-control_plane", "database": "sg-database"}
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
  vpn = {
    saml_provider_arn = "arn:aws:iam::111122223333:saml-provider/directory"
    groups            = { on-call = "group-1", developers = "group-2" }
  }
}

run "one_vpn_leads_each_group_to_the_bastions_of_every_region" {
  assert {
    condition = { for key, one in local.authorization : key => "${one.group} ${one.cidr}" } == {
      "on-call/us-east-1-0"    = "group-1 10.1.4.0/22"
      "on-call/us-west-2-0"    = "group-1 10.3.4.0/22"
      "developers/us-east-1-0" = "group-2 10.1.4.0/22"
      "developers/us-west-2-0" = "group-2 10.3.4.0/22"
    }
    error_message = "Other rules: ${jsonencode(local.authorization)}"
  }
}

run "there_is_a_bastion_and_an_address_in_each_zone" {
  assert {
    condition     = keys(local.published.autoscaling_groups.bastion) == ["us-east-1a", "us-east-1b"] && keys(local.published.addresses) == ["us-east-1a", "us-east-1b"]
    error_message = "A zone is left out."
  }
}

run "certificates_are_named_for_who_watches_them" {
  assert {
    condition     = keys(local.published.certificates) == ["service", "vpn"]
    error_message = "Certificates: ${jsonencode(local.published.certificates)}"
  }
}

run "with_mutual_tls_the_clients_authority_is_among_them" {
  variables {
    environment = "dev"
    vpn = {
      root_certificate_arns = { us-east-1 = "arn:aws:acm:us-east-1:111122223333:certificate/root", us-west-2 = "arn:aws:acm:us-west-2:111122223333:certificate/root" }
    }
  }
  assert {
    condition     = local.published.certificates.clients == "arn:aws:acm:us-east-1:111122223333:certificate/root"
    error_message = "The authority of the VPN's clients ends without a word."
  }
}

run "the_world_uses_one_name" {
  assert {
    condition     = local.published.name == "app.shop.example.com"
    error_message = "The name is ${local.published.name}."
  }
}

run "a_copy_has_a_name_of_its_own" {
  variables {
    copy = "pr-7"
  }
  override_data {
    target = data.aws_ssm_parameter.copy["this"]
    values = { insecure_value = "{\"regions\":[\"us-east-1\"]}" }
  }
  assert {
    condition     = local.published.name == "app.pr-7.shop.example.com"
    error_message = "The copy's name is ${local.published.name}."
  }
}

run "each_name_is_proved_once_and_a_copy_proves_its_own" {
  assert {
    condition     = length(module.certificate.proof) == 1
    error_message = "Nobody proves the name: no certificate is issued."
  }
}

run "another_region_waits_for_the_proof" {
  variables {
    region = "us-west-2"
  }
  assert {
    condition     = length(module.certificate.proof) == 0
    error_message = "Two states write one record."
  }
}

run "a_copy_in_another_region_proves_its_name_there" {
  variables {
    region = "us-west-2"
    copy   = "pr-7"
  }
  override_data {
    target = data.aws_ssm_parameter.copy["this"]
    values = { insecure_value = "{\"regions\":[\"us-west-2\"]}" }
  }
  assert {
    condition     = length(module.certificate.proof) == 1
    error_message = "The copy waits for a proof that nobody writes."
  }
}

run "prod_is_not_entered_by_a_certificate_alone" {
  command = plan
  variables {
    environment = "prod"
    vpn = {
      root_certificate_arns = { us-east-1 = "arn:aws:acm:us-east-1:111122223333:certificate/root", us-west-2 = "arn:aws:acm:us-west-2:111122223333:certificate/root" }
    }
  }
  expect_failures = [var.vpn]
}

run "a_region_without_a_root_certificate_is_refused" {
  command = plan
  variables {
    vpn = { root_certificate_arns = { us-east-1 = "arn:aws:acm:us-east-1:111122223333:certificate/root" } }
  }
  expect_failures = [var.vpn]
}

run "a_copy_in_two_regions_leads_to_the_bastions_of_both" {
  variables {
    copy = "pr-7"
  }
  override_data {
    target = data.aws_ssm_parameter.copy["this"]
    values = { insecure_value = "{\"regions\":[\"us-east-1\",\"us-west-2\"]}" }
  }
  assert {
    condition     = distinct([for one in values(local.bastions) : one.region]) == tolist(["us-east-1", "us-west-2"])
    error_message = "The VPN leads to other regions than the copy's network says."
  }
}

run "a_bastion_that_the_scan_does_not_fit_into_is_refused" {
  command = plan
  variables {
    bastion_instance_type = "t3.micro"
  }
  expect_failures = [var.bastion_instance_type]
}
