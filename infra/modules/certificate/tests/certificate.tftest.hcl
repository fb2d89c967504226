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
}

variables {
  domain_name = "app.shop.example.com"
  zone_id     = "Z0123456789"
}

run "the_name_is_proven_in_its_zone" {
  assert {
    condition     = aws_route53_record.proof["app.shop.example.com"].name == "_1.app.shop.example.com." && aws_route53_record.proof["app.shop.example.com"].type == "CNAME"
    error_message = "The proof is not what ACM asks for."
  }
  assert {
    condition     = output.arn == aws_acm_certificate_validation.this.certificate_arn && aws_acm_certificate.this.key_algorithm == "EC_prime256v1"
    error_message = "The ARN is told before the certificate is issued."
  }
}

run "another_region_waits_for_the_same_proof" {
  variables {
    prove      = false
    subdomains = true
  }
  assert {
    condition     = length(aws_route53_record.proof) == 0 && contains(aws_acm_certificate.this.subject_alternative_names, "*.app.shop.example.com")
    error_message = "Two regions write one record."
  }
}

run "a_wildcard_is_no_name" {
  command = plan
  variables {
    domain_name = "*.shop.example.com"
  }
  expect_failures = [var.domain_name]
}

run "a_vpn_gets_the_only_key_that_it_takes" {
  variables {
    key_algorithm = "RSA_2048"
  }
  assert {
    condition     = aws_acm_certificate.this.key_algorithm == "RSA_2048"
    error_message = "The key is ${aws_acm_certificate.this.key_algorithm}."
  }
}
