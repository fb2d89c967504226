output "load_balancer" {
  description = "ARN, its suffix in metrics, DNS name and zone of the load balancer."
  value = {
    arn        = aws_lb.this.arn
    arn_suffix = aws_lb.this.arn_suffix
    dns_name   = aws_lb.this.dns_name
    zone_id    = aws_lb.this.zone_id
  }
}

output "target_group" {
  description = "ARN of the target group, for the controller's TargetGroupBinding, and its suffix in metrics."
  value = {
    arn        = aws_lb_target_group.this.arn
    arn_suffix = aws_lb_target_group.this.arn_suffix
  }
}

output "public_ips" {
  description = "Zone → the load balancer's address."
  value       = { for zone, one in aws_eip.this : zone => one.public_ip }
}
