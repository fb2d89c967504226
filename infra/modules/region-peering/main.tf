# The Security VPCs of two regions, so that whoever is in one region's VPN reaches the other region's bastions: from the VPN's
# subnets to the bastions' and back, both ways, nothing else. Peering goes no further than the two VPCs, so this opens no way
# from one region's App or LB VPC to the other's.

locals {
  label = "${var.name}-${var.near.region}-${var.far.region}"

  sides = { near = var.near, far = var.far }
  other = { near = "far", far = "near" }

  routes = merge(flatten([for side, one in local.sides : [for tier, to in { vpn = "bastion", bastion = "vpn" } : {
    for pair in setproduct(keys(one[tier].route_table_ids), range(length(local.sides[local.other[side]][to].cidrs))) :
    "${one.region}/${pair[0]}/${to}/${pair[1]}" => {
      region      = one.region
      table       = one[tier].route_table_ids[pair[0]]
      destination = local.sides[local.other[side]][to].cidrs[pair[1]]
    }
  }]])...)
}

resource "aws_vpc_peering_connection" "this" {
  region      = var.near.region
  vpc_id      = var.near.vpc_id
  peer_vpc_id = var.far.vpc_id
  peer_region = var.far.region
  auto_accept = false

  tags = { Name = local.label, "quarterdeck:vpc" = "security" }
}

resource "aws_vpc_peering_connection_accepter" "this" {
  region                    = var.far.region
  vpc_peering_connection_id = aws_vpc_peering_connection.this.id
  auto_accept               = true

  tags = { Name = local.label, "quarterdeck:vpc" = "security" }
}

resource "aws_route" "this" {
  for_each = local.routes

  region                    = each.value.region
  route_table_id            = each.value.table
  destination_cidr_block    = each.value.destination
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.this.id
}
