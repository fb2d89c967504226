mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name               = "shop-test"
  vpc_id             = "vpc-1"
  subnet_ids         = { us-east-1a = "subnet-1", us-east-1b = "subnet-2", us-east-1c = "subnet-3" }
  security_group_ids = ["sg-1"]
  certificate_arn    = "arn:aws:acm:us-east-1:111122223333:certificate/app"
  log_bucket         = "shop-test-logs"
}

run "there_is_an_address_of_its_own_in_each_zone" {
  assert {
    condition     = length(aws_eip.this) == 3 && { for one in aws_lb.this.subnet_mapping : one.subnet_id => one.allocation_id } == { for zone, subnet in var.subnet_ids : subnet => aws_eip.this[zone].id }
    error_message = "A zone is without its own address."
  }
  assert {
    condition     = !aws_lb.this.internal && aws_lb.this.enable_cross_zone_load_balancing
    error_message = "The world does not reach it, or it does not reach pods of another VPC, which are of no zone to it."
  }
  assert {
    condition     = aws_lb.this.enable_zonal_shift && aws_lb.this.enable_deletion_protection && one(aws_lb.this.access_logs).enabled
    error_message = "Zonal shift, protection from deletion or access logs are off."
  }
}

run "it_speaks_tls_on_both_sides_and_tells_the_clients_address" {
  assert {
    condition     = aws_lb_listener.this.protocol == "TLS" && aws_lb_listener.this.port == 443 && startswith(aws_lb_listener.this.ssl_policy, "ELBSecurityPolicy-TLS13")
    error_message = "The listener takes something else than TLS of today."
  }
  assert {
    condition     = aws_lb_listener.this.alpn_policy == "HTTP1Only"
    error_message = "Browsers would speak HTTP/2 to proxies that know HTTP/1.1 alone, and probes would not notice."
  }
  assert {
    condition     = aws_lb_target_group.this.protocol == "TLS" && aws_lb_target_group.this.proxy_protocol_v2 && aws_lb_target_group.this.target_type == "ip" && aws_lb_target_group.this.preserve_client_ip == "false"
    error_message = "Targets are not pods by address with proxy protocol; without it, or with clients' addresses kept, answers would need a default route."
  }
  assert {
    condition     = one(aws_lb_target_group.this.health_check).enabled && one(aws_lb_target_group.this.health_check).port == "traffic-port" && one(aws_lb_target_group.this.health_check).path == "/healthz" && one(aws_lb_target_group.this.health_check).protocol == "HTTPS"
    error_message = "Health is asked elsewhere than where the traffic goes."
  }
}

run "one_zone_is_refused" {
  command = plan
  variables {
    subnet_ids = { us-east-1a = "subnet-1" }
  }
  expect_failures = [var.subnet_ids]
}

run "a_load_balancer_without_a_group_is_refused" {
  command = plan
  variables {
    security_group_ids = []
  }
  expect_failures = [var.security_group_ids]
}

run "names_are_of_a_length_that_aws_takes" {
  variables {
    name        = "abcdefghij-test-prxy-12345"
    target_port = 18443
  }
  assert {
    condition     = length(aws_lb.this.name) <= 32 && length(aws_lb_target_group.this.name) <= 32
    error_message = "AWS takes names of 32 characters: ${aws_lb_target_group.this.name}."
  }
}

run "another_port_is_another_group" {
  variables {
    target_port = 9443
  }
  assert {
    condition     = aws_lb_target_group.this.name == "shop-test-9443"
    error_message = "The new group would have the name of the old one, which has to stand until the listener has left it."
  }
}

run "a_name_that_leaves_no_room_is_refused" {
  command = plan
  variables {
    name = "abcdefghijk-test-prxy-12345"
  }
  expect_failures = [var.name]
}
