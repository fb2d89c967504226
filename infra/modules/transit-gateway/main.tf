locals {
  propagations = merge([for from, all in var.reaches : { for to in all : "${from}-to-${to}" => { from = from, to = to } }]...)
}

# Nothing is joined or learnt unasked: what is attached to a segment reaches what `reaches` says.
resource "aws_ec2_transit_gateway" "this" {
  description                        = "${var.name}: the VPCs of one region, by segments"
  auto_accept_shared_attachments     = "disable"
  default_route_table_association    = "disable"
  default_route_table_propagation    = "disable"
  dns_support                        = "enable"
  multicast_support                  = "disable"
  security_group_referencing_support = "disable"
  vpn_ecmp_support                   = "disable"

  tags = { Name = var.name }
}

resource "aws_ec2_transit_gateway_vpc_attachment" "this" {
  for_each = var.vpcs

  transit_gateway_id                              = aws_ec2_transit_gateway.this.id
  vpc_id                                          = each.value.vpc_id
  subnet_ids                                      = each.value.subnet_ids
  dns_support                                     = "enable"
  security_group_referencing_support              = "disable"
  transit_gateway_default_route_table_association = false
  transit_gateway_default_route_table_propagation = false

  tags = { Name = "${var.name}-${each.key}", "quarterdeck:vpc" = each.key }
}

resource "aws_ec2_transit_gateway_route_table" "this" {
  for_each = var.vpcs

  transit_gateway_id = aws_ec2_transit_gateway.this.id

  tags = { Name = "${var.name}-${each.key}", "quarterdeck:vpc" = each.key }
}

resource "aws_ec2_transit_gateway_route_table_association" "this" {
  for_each = var.vpcs

  transit_gateway_attachment_id  = aws_ec2_transit_gateway_vpc_attachment.this[each.key].id
  transit_gateway_route_table_id = aws_ec2_transit_gateway_route_table.this[each.key].id
}

resource "aws_ec2_transit_gateway_route_table_propagation" "this" {
  for_each = local.propagations

  transit_gateway_attachment_id  = aws_ec2_transit_gateway_vpc_attachment.this[each.value.to].id
  transit_gateway_route_table_id = aws_ec2_transit_gateway_route_table.this[each.value.from].id
}

resource "aws_route" "this" {
  for_each = var.routes

  route_table_id         = each.value.route_table_id
  destination_cidr_block = each.value.destination
  transit_gateway_id     = aws_ec2_transit_gateway.this.id

  # a route to a gateway that the VPC is not attached to is refused by AWS
  depends_on = [aws_ec2_transit_gateway_vpc_attachment.this]
}
