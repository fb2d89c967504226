data "aws_region" "this" {}

locals {
  label = "${var.name}-${var.kind}"
  kind  = { "quarterdeck:vpc" = var.kind }

  subnets = merge([for tier, one in var.tiers : { for zone, cidr in one.cidrs : "${tier}/${zone}" => { tier = tier, zone = zone, cidr = cidr } }]...)

  tables = merge([for tier, one in var.tiers : merge(
    one.routes == "own" ? { (tier) = { tier = tier, zone = null } } : {},
    one.routes == "zonal" ? { for zone in var.zones : "${tier}/${zone}" => { tier = tier, zone = zone } } : {},
  )]...)

  # subnet → its table, for those that have one
  associations = { for key, one in local.subnets : key => var.tiers[one.tier].routes == "own" ? one.tier : key if var.tiers[one.tier].routes != "none" }

  public   = [for tier, one in var.tiers : tier if one.public]
  internet = length(local.public) > 0
  nat      = anytrue([for one in values(var.tiers) : one.nat]) ? toset(var.zones) : toset([])

  region_domain = data.aws_region.this.region == "us-east-1" ? "ec2.internal" : "${data.aws_region.this.region}.compute.internal"
}

resource "aws_vpc" "this" {
  cidr_block           = var.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = merge(local.kind, { Name = local.label })
}

# Nothing may use what AWS makes unasked: the group admits nobody, the table leads nowhere.
resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id

  tags = merge(local.kind, { Name = "${local.label}-unused" })
}

resource "aws_default_route_table" "this" {
  default_route_table_id = aws_vpc.this.default_route_table_id
  route                  = []

  tags = merge(local.kind, { Name = "${local.label}-isolated" })
}

resource "aws_vpc_dhcp_options" "this" {
  domain_name         = coalesce(var.domain_name, local.region_domain)
  domain_name_servers = ["AmazonProvidedDNS"]
  ntp_servers         = ["169.254.169.123"]

  tags = merge(local.kind, { Name = local.label })
}

resource "aws_vpc_dhcp_options_association" "this" {
  vpc_id          = aws_vpc.this.id
  dhcp_options_id = aws_vpc_dhcp_options.this.id
}

resource "aws_flow_log" "this" {
  vpc_id                   = aws_vpc.this.id
  traffic_type             = "ALL"
  log_destination_type     = "s3"
  log_destination          = var.flow_log_bucket_arn
  max_aggregation_interval = 60

  destination_options {
    file_format                = "parquet"
    hive_compatible_partitions = true
    per_hour_partition         = true
  }

  tags = merge(local.kind, { Name = local.label })
}

resource "aws_subnet" "this" {
  for_each = local.subnets

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.value.zone
  cidr_block              = each.value.cidr
  map_public_ip_on_launch = false

  tags = merge(local.kind, var.tiers[each.value.tier].tags, {
    Name               = "${local.label}-${each.value.tier}-${each.value.zone}"
    "quarterdeck:tier" = each.value.tier
  })
}

resource "aws_route_table" "this" {
  for_each = local.tables

  vpc_id = aws_vpc.this.id

  tags = merge(local.kind, {
    Name               = join("-", compact([local.label, each.value.tier, each.value.zone]))
    "quarterdeck:tier" = each.value.tier
  })
}

resource "aws_route_table_association" "this" {
  for_each = local.associations

  subnet_id      = aws_subnet.this[each.key].id
  route_table_id = aws_route_table.this[each.value].id
}

resource "aws_internet_gateway" "this" {
  for_each = toset(local.internet ? [var.kind] : [])

  vpc_id = aws_vpc.this.id

  tags = merge(local.kind, { Name = local.label })
}

resource "aws_route" "internet" {
  for_each = toset(local.public)

  route_table_id         = aws_route_table.this[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this[var.kind].id
}

resource "aws_eip" "nat" {
  for_each = local.nat

  domain = "vpc"

  tags = merge(local.kind, { Name = "${local.label}-nat-${each.key}", "quarterdeck:role" = "nat" })

  depends_on = [aws_internet_gateway.this]
}

resource "aws_nat_gateway" "this" {
  for_each = local.nat

  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.this["${local.public[0]}/${each.key}"].id

  tags = merge(local.kind, { Name = "${local.label}-${each.key}", "quarterdeck:role" = "nat" })

  depends_on = [aws_internet_gateway.this]
}

resource "aws_route" "nat" {
  for_each = { for key, one in local.tables : key => one.zone if var.tiers[one.tier].nat }

  route_table_id         = aws_route_table.this[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[each.value].id
}

resource "aws_network_acl" "this" {
  #checkov:skip=CKV2_AWS_1:attached by subnet_ids, which the check does not follow through for_each
  for_each = { for tier, one in var.tiers : tier => one.acl if one.acl != null }

  vpc_id     = aws_vpc.this.id
  subnet_ids = [for zone in var.zones : aws_subnet.this["${each.key}/${zone}"].id]

  dynamic "ingress" {
    for_each = each.value.ingress
    content {
      rule_no    = 100 + ingress.key
      action     = "allow"
      cidr_block = ingress.value.cidr
      protocol   = ingress.value.protocol
      from_port  = ingress.value.from_port
      to_port    = ingress.value.to_port
    }
  }

  dynamic "egress" {
    for_each = each.value.egress
    content {
      rule_no    = 100 + egress.key
      action     = "allow"
      cidr_block = egress.value.cidr
      protocol   = egress.value.protocol
      from_port  = egress.value.from_port
      to_port    = egress.value.to_port
    }
  }

  tags = merge(local.kind, { Name = "${local.label}-${each.key}" })
}

check "nobody_is_alone" {
  assert {
    condition     = alltrue([for tier in keys(var.tiers) : length(distinct([for one in aws_subnet.this : one.availability_zone if one.tags["quarterdeck:tier"] == tier])) >= 2])
    error_message = "A tier has subnets in one zone only."
  }
}
