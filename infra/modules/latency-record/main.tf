# One region's share of a name: who is nearest to this region is sent here, as long as it serves.

# The region by itself, for the checkers and for people.
resource "aws_route53_record" "regional" {
  zone_id = var.zone_id
  name    = "${var.region}.${var.name}"
  type    = "A"

  alias {
    name                   = var.load_balancer.dns_name
    zone_id                = var.load_balancer.zone_id
    evaluate_target_health = false
  }
}

resource "aws_route53_health_check" "this" {
  type              = "HTTPS"
  fqdn              = aws_route53_record.regional.name
  port              = 443
  resource_path     = var.health_path
  enable_sni        = true
  failure_threshold = 3
  request_interval  = var.request_interval_seconds
  measure_latency   = true
  regions           = ["us-east-1", "us-west-1", "us-west-2"]

  tags = { Name = "${var.region}.${var.name}", "quarterdeck:role" = "ingress" }
}

resource "aws_route53_record" "this" {
  zone_id         = var.zone_id
  name            = var.name
  type            = "A"
  set_identifier  = var.region
  health_check_id = aws_route53_health_check.this.id

  latency_routing_policy {
    region = var.region
  }

  alias {
    name                   = var.load_balancer.dns_name
    zone_id                = var.load_balancer.zone_id
    evaluate_target_health = true
  }
}
