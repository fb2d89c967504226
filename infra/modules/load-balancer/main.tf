# The one door of the world: a network load balancer with an address of its own in each zone, TLS in and TLS out, the client's
# address carried by proxy protocol. Targets are pods in another VPC: by address, registered by the load balancer controller.

resource "aws_eip" "this" {
  #checkov:skip=CKV2_AWS_19:it is the load balancer's address, not an instance's
  for_each = var.subnet_ids

  domain = "vpc"

  tags = { Name = "${var.name}-ingress-${each.key}", "quarterdeck:role" = "ingress", "quarterdeck:vpc" = "lb" }
}

resource "aws_lb" "this" {
  #checkov:skip=CKV_AWS_150:protected by default; only the stack of a one-off copy says otherwise, and policy/ holds that against the plans
  name                       = var.name
  load_balancer_type         = "network"
  internal                   = false
  security_groups            = var.security_group_ids
  enable_deletion_protection = var.deletion_protection

  # pods of another VPC have no zone as the load balancer sees it (`availability_zone = all`), which needs both
  enable_cross_zone_load_balancing = true
  enable_zonal_shift               = true
  dns_record_client_routing_policy = "availability_zone_affinity"

  dynamic "subnet_mapping" {
    for_each = var.subnet_ids
    content {
      subnet_id     = subnet_mapping.value
      allocation_id = aws_eip.this[subnet_mapping.key].id
    }
  }

  access_logs {
    bucket  = var.log_bucket
    prefix  = "load-balancer"
    enabled = true
  }

  tags = { Name = var.name, "quarterdeck:role" = "ingress", "quarterdeck:vpc" = "lb" }
}

resource "aws_lb_target_group" "this" {
  # the port is in the name, because another port is another group, which stands before the old one goes
  name                   = "${var.name}-${var.target_port}"
  vpc_id                 = var.vpc_id
  target_type            = "ip"
  protocol               = "TLS"
  port                   = var.target_port
  proxy_protocol_v2      = true
  preserve_client_ip     = false
  deregistration_delay   = 60
  connection_termination = true

  health_check {
    enabled             = true
    protocol            = "HTTPS"
    port                = "traffic-port"
    path                = var.health_path
    matcher             = "200"
    interval            = 10
    timeout             = 6
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }

  target_health_state {
    enable_unhealthy_connection_termination = false
    unhealthy_draining_interval             = 30
  }

  tags = { Name = "${var.name}-${var.target_port}", "quarterdeck:vpc" = "lb" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lb_listener" "this" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "TLS"
  certificate_arn   = var.certificate_arn
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
  # what it agrees on with the client it passes on as it is, and the proxies (chart) speak HTTP/1.1: they and this change together
  alpn_policy = "HTTP1Only"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this.arn
  }
}
