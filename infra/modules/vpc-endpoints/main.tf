data "aws_region" "this" {}

data "aws_partition" "this" {}

data "aws_caller_identity" "this" {}

locals {
  prefix = "com.amazonaws.${data.aws_region.this.region}"

  # An endpoint is a door to all of AWS, other people's accounts included, unless its policy says whose it is.
  own = {
    Sid       = "OwnAccount"
    Effect    = "Allow"
    Principal = "*"
    Action    = "*"
    Resource  = "*"
    Condition = { StringEquals = { "aws:PrincipalAccount" = data.aws_caller_identity.this.account_id } }
  }

  # to S3: own principals, and own buckets only; a stolen key of another account cannot carry data out through here
  own_buckets = merge(local.own, {
    Sid       = "OwnBuckets"
    Condition = { StringEquals = { "aws:PrincipalAccount" = data.aws_caller_identity.this.account_id, "aws:ResourceAccount" = data.aws_caller_identity.this.account_id } }
  })

  reading = {
    Sid       = "ReadOnly"
    Effect    = "Allow"
    Principal = "*"
    Action    = "s3:GetObject"
    Resource  = [for one in var.readable_buckets : "arn:${data.aws_partition.this.partition}:s3:::${one}/*"]
  }
}

resource "aws_vpc_endpoint" "interface" {
  for_each = var.services

  vpc_id              = var.vpc_id
  service_name        = "${local.prefix}.${each.key}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = var.subnet_ids
  security_group_ids  = var.security_group_ids
  policy              = contains(var.without_policy, each.key) ? null : jsonencode({ Version = "2012-10-17", Statement = [local.own] })

  tags = { Name = "${var.name}-${replace(each.key, ".", "-")}", "quarterdeck:vpc" = var.kind }
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id            = var.vpc_id
  service_name      = "${local.prefix}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = var.route_table_ids
  policy            = jsonencode({ Version = "2012-10-17", Statement = concat([local.own_buckets], length(var.readable_buckets) > 0 ? [local.reading] : []) })

  tags = { Name = "${var.name}-s3", "quarterdeck:vpc" = var.kind }
}
