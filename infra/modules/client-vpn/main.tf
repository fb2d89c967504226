locals {
  saml   = var.authentication.saml_provider_arn != null
  routes = { for pair in setproduct(keys(var.routes), keys(var.subnet_ids)) : "${pair[0]}/${pair[1]}" => { cidr = var.routes[pair[0]], zone = pair[1] } }
}

resource "aws_cloudwatch_log_group" "this" {
  name                        = "/${var.name}/vpn"
  retention_in_days           = var.log_retention_days
  kms_key_id                  = var.log_key_arn
  skip_destroy                = var.keep_log
  deletion_protection_enabled = var.keep_log
}

resource "aws_cloudwatch_log_stream" "this" {
  name           = "connections"
  log_group_name = aws_cloudwatch_log_group.this.name
}

resource "aws_ec2_client_vpn_endpoint" "this" {
  description                   = "${var.name}: the way in for engineers"
  client_cidr_block             = var.client_cidr_block
  server_certificate_arn        = var.server_certificate_arn
  vpc_id                        = var.vpc_id
  security_group_ids            = var.security_group_ids
  split_tunnel                  = true
  transport_protocol            = "udp"
  vpn_port                      = 443
  session_timeout_hours         = var.session_timeout_hours
  disconnect_on_session_timeout = true
  self_service_portal           = local.saml ? "enabled" : "disabled"

  authentication_options {
    type                           = local.saml ? "federated-authentication" : "certificate-authentication"
    saml_provider_arn              = var.authentication.saml_provider_arn
    self_service_saml_provider_arn = var.authentication.saml_provider_arn
    root_certificate_chain_arn     = var.authentication.root_certificate_arn
  }

  connection_log_options {
    enabled               = true
    cloudwatch_log_group  = aws_cloudwatch_log_group.this.name
    cloudwatch_log_stream = aws_cloudwatch_log_stream.this.name
  }

  # what a client adds to its own routes by hand is taken back
  client_route_enforcement_options {
    enforced = true
  }

  client_login_banner_options {
    enabled     = true
    banner_text = var.banner
  }

  tags = { Name = var.name, "quarterdeck:role" = "vpn", "quarterdeck:vpc" = "security" }
}

# By zone, not by position in a list: taking one zone away moves no other.
resource "aws_ec2_client_vpn_network_association" "this" {
  for_each = var.subnet_ids

  client_vpn_endpoint_id = aws_ec2_client_vpn_endpoint.this.id
  subnet_id              = each.value
}

resource "aws_ec2_client_vpn_authorization_rule" "this" {
  for_each = var.authorization

  client_vpn_endpoint_id = aws_ec2_client_vpn_endpoint.this.id
  target_network_cidr    = each.value.cidr
  access_group_id        = each.value.group
  authorize_all_groups   = each.value.group == null ? true : null
  description            = each.value.description
}

resource "aws_ec2_client_vpn_route" "this" {
  for_each = local.routes

  client_vpn_endpoint_id = aws_ec2_client_vpn_endpoint.this.id
  destination_cidr_block = each.value.cidr
  target_vpc_subnet_id   = aws_ec2_client_vpn_network_association.this[each.value.zone].subnet_id
  description            = "Another region's bastions"
}

check "everywhere_that_is_routed_is_ruled" {
  assert {
    condition     = length(setsubtract(values(var.routes), [for one in values(var.authorization) : one.cidr])) == 0
    error_message = "A block is routed that no rule lets anybody reach: ${jsonencode(setsubtract(values(var.routes), [for one in values(var.authorization) : one.cidr]))}."
  }
}
