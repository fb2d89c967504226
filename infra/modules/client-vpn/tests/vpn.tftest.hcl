mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name                   = "shop-test"
  client_cidr_block      = "10.1.32.0/20"
  vpc_id                 = "vpc-1"
  subnet_ids             = { us-east-1a = "subnet-1", us-east-1b = "subnet-2" }
  security_group_ids     = ["sg-1"]
  server_certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/server"
  log_key_arn            = "arn:aws:kms:us-east-1:111122223333:key/logs"
  authentication         = { saml_provider_arn = "arn:aws:iam::111122223333:saml-provider/directory" }
  authorization = {
    here  = { cidr = "10.1.4.0/22", group = "on-call", description = "Bastions" }
    there = { cidr = "10.3.4.0/22", group = "on-call", description = "Bastions of us-west-2" }
  }
  routes = { us-west-2 = "10.3.4.0/22" }
}

run "the_tunnel_is_split_and_every_connection_is_logged" {
  assert {
    condition     = aws_ec2_client_vpn_endpoint.this.split_tunnel && one(aws_ec2_client_vpn_endpoint.this.connection_log_options).enabled && one(aws_ec2_client_vpn_endpoint.this.connection_log_options).cloudwatch_log_group == aws_cloudwatch_log_group.this.name
    error_message = "The tunnel takes everything, or connections are not logged."
  }
  assert {
    condition     = one(aws_ec2_client_vpn_endpoint.this.client_route_enforcement_options).enforced && aws_ec2_client_vpn_endpoint.this.disconnect_on_session_timeout && one(aws_ec2_client_vpn_endpoint.this.client_login_banner_options).enabled
    error_message = "A client keeps routes of its own, or its session for ever, or is not told that it is recorded."
  }
  assert {
    condition     = keys(aws_ec2_client_vpn_network_association.this) == ["us-east-1a", "us-east-1b"]
    error_message = "Not an association in each zone."
  }
  assert {
    condition     = alltrue([for one in aws_ec2_client_vpn_authorization_rule.this : one.access_group_id == "on-call" && one.authorize_all_groups != true])
    error_message = "A rule admits the whole directory."
  }
  assert {
    condition     = length(aws_ec2_client_vpn_route.this) == 2 && alltrue([for one in aws_ec2_client_vpn_route.this : one.destination_cidr_block == "10.3.4.0/22"])
    error_message = "The other region is not routed in each zone."
  }
  assert {
    condition     = aws_ec2_client_vpn_endpoint.this.tags["quarterdeck:role"] == "vpn" && aws_cloudwatch_log_group.this.kms_key_id == var.log_key_arn
    error_message = "The role's tag or the log's key is missing."
  }
}

run "mutual_tls_takes_a_certificate_each" {
  variables {
    authentication = { root_certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/root" }
    authorization  = { here = { cidr = "10.1.4.0/22", description = "Bastions" } }
    routes         = {}
  }
  assert {
    condition     = one(aws_ec2_client_vpn_endpoint.this.authentication_options).type == "certificate-authentication" && aws_ec2_client_vpn_authorization_rule.this["here"].authorize_all_groups
    error_message = "Certificates are not what is asked for."
  }
}

run "a_rule_without_a_group_is_refused_with_saml" {
  command = plan
  variables {
    authorization = { here = { cidr = "10.1.4.0/22", description = "Bastions" } }
    routes        = {}
  }
  expect_failures = [var.authorization]
}

run "a_rule_for_everything_is_refused" {
  command = plan
  variables {
    authorization = { all = { cidr = "0.0.0.0/0", group = "on-call", description = "Everything" } }
    routes        = {}
  }
  expect_failures = [var.authorization]
}

run "a_route_that_nobody_may_use_is_told" {
  command = plan
  variables {
    routes = { us-east-2 = "10.9.4.0/22" }
  }
  expect_failures = [check.everywhere_that_is_routed_is_ruled]
}

run "one_zone_is_refused" {
  command = plan
  variables {
    subnet_ids = { us-east-1a = "subnet-1" }
  }
  expect_failures = [var.subnet_ids]
}

run "two_ways_of_authentication_at_once_are_refused" {
  command = plan
  variables {
    authentication = { saml_provider_arn = "arn:aws:iam::1:saml-provider/x", root_certificate_arn = "arn:aws:acm:us-east-1:1:certificate/root" }
  }
  expect_failures = [var.authentication]
}

run "the_log_of_connections_outlives_the_endpoint_but_for_a_copy" {
  assert {
    condition     = aws_cloudwatch_log_group.this.skip_destroy && aws_cloudwatch_log_group.this.deletion_protection_enabled
    error_message = "Who was connected when is gone with the endpoint."
  }
}

run "a_copy_takes_its_log_with_it" {
  variables {
    keep_log = false
  }
  assert {
    condition     = !aws_cloudwatch_log_group.this.skip_destroy && !aws_cloudwatch_log_group.this.deletion_protection_enabled
    error_message = "The next copy of the same number would meet the log."
  }
}
