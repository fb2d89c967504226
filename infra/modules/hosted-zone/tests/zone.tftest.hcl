mock_provider "aws" { source = "../../tests/mocks" }

variables {
  name      = "prod.shop.example.com"
  signing   = { key_arn = "arn:aws:kms:us-east-1:111122223333:key/1" }
  query_log = { group_arn = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/route53/shop-prod" }
}

run "the_zone_is_signed_and_logged" {
  command = plan

  assert {
    condition = (
      aws_route53_key_signing_key.this["this"].key_management_service_arn == var.signing.key_arn &&
      aws_route53_key_signing_key.this["this"].status == "ACTIVE" && aws_route53_hosted_zone_dnssec.this["this"].signing_status == "SIGNING"
    )
    error_message = "An answer could be forged."
  }

  assert {
    condition     = aws_route53_query_log.this["this"].cloudwatch_log_group_arn == var.query_log.group_arn
    error_message = "Nobody could say what was asked."
  }
}

run "a_zone_without_a_key_is_not_half_signed" {
  command = plan
  variables {
    signing   = null
    query_log = null
  }

  assert {
    condition     = length(aws_route53_key_signing_key.this) + length(aws_route53_hosted_zone_dnssec.this) + length(aws_route53_query_log.this) == 0
    error_message = "A zone that nobody signs would be unreachable for those who check."
  }

  assert {
    condition     = output.ds_record == null
    error_message = "A DS record is given out for a zone that is not signed."
  }
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    name      = "Shop"
    signing   = { key_arn = "arn:aws:kms:us-west-2:111122223333:key/1" }
    query_log = { group_arn = "arn:aws:logs:us-west-2:111122223333:log-group:/aws/route53/shop-prod" }
  }
  expect_failures = [var.name, var.signing, var.query_log]
}
