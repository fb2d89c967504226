mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  zone_id       = "Z0123456789"
  name          = "app.shop.example.com"
  region        = "us-west-2"
  load_balancer = { dns_name = "shop-test-1.elb.us-west-2.amazonaws.com", zone_id = "Z18D5FSROUN65G" }
}

run "the_nearest_region_that_serves_is_named" {
  assert {
    condition     = one(aws_route53_record.this.latency_routing_policy).region == "us-west-2" && aws_route53_record.this.set_identifier == "us-west-2" && aws_route53_record.this.health_check_id == aws_route53_health_check.this.id
    error_message = "The record is not by latency, or stays when the region fails."
  }
  assert {
    condition     = aws_route53_health_check.this.fqdn == "us-west-2.app.shop.example.com" && aws_route53_health_check.this.type == "HTTPS" && aws_route53_health_check.this.enable_sni && length(aws_route53_health_check.this.regions) == 3
    error_message = "The checkers ask the common name, which any region may answer, or from too few regions."
  }
  assert {
    condition     = one(aws_route53_record.this.alias).evaluate_target_health
    error_message = "A load balancer without targets would still be named."
  }
}

run "a_name_without_a_domain_is_refused" {
  command = plan
  variables {
    name = "app"
  }
  expect_failures = [var.name]
}
