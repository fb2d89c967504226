resource "aws_route53_zone" "this" {
  #checkov:skip=CKV2_AWS_38:signed where a key is given; the parent has to put the DS record first
  #checkov:skip=CKV2_AWS_39:logged where a group is given; the group has to be in us-east-1
  name    = var.name
  comment = "Names of the estate; records are made by the stack edge"

  # Its name servers are in the parent's delegation: a zone that is made anew has others.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_route53_key_signing_key" "this" {
  for_each = toset(var.signing == null ? [] : ["this"])

  hosted_zone_id             = aws_route53_zone.this.id
  key_management_service_arn = var.signing.key_arn
  name                       = "ksk"
  status                     = "ACTIVE"
}

resource "aws_route53_hosted_zone_dnssec" "this" {
  for_each = aws_route53_key_signing_key.this

  hosted_zone_id = each.value.hosted_zone_id
  signing_status = "SIGNING"
}

resource "aws_route53_query_log" "this" {
  for_each = toset(var.query_log == null ? [] : ["this"])

  zone_id                  = aws_route53_zone.this.zone_id
  cloudwatch_log_group_arn = var.query_log.group_arn
}
