resource "aws_security_group" "this" {
  #checkov:skip=CKV2_AWS_5:what bears the group is in other stacks, which take its id from the published parameter
  name_prefix            = "${var.name}-"
  description            = var.description
  vpc_id                 = var.vpc_id
  revoke_rules_on_delete = true

  tags = merge(var.tags, { Name = var.name })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = var.ingress

  security_group_id            = aws_security_group.this.id
  description                  = each.value.description
  ip_protocol                  = each.value.protocol
  from_port                    = each.value.from_port
  to_port                      = coalesce(each.value.to_port, each.value.from_port)
  cidr_ipv4                    = each.value.cidr
  referenced_security_group_id = each.value.self ? aws_security_group.this.id : each.value.group
  prefix_list_id               = each.value.prefix_list

  tags = { Name = "${var.name}-${each.key}" }

  lifecycle {
    precondition {
      condition     = (each.value.cidr != null ? 1 : 0) + (each.value.group != null ? 1 : 0) + (each.value.prefix_list != null ? 1 : 0) + (each.value.self ? 1 : 0) == 1
      error_message = "Ingress ${each.key} of ${var.name} needs exactly one of cidr, group, prefix_list and self."
    }
  }
}

resource "aws_vpc_security_group_egress_rule" "this" {
  for_each = var.egress

  security_group_id            = aws_security_group.this.id
  description                  = each.value.description
  ip_protocol                  = each.value.protocol
  from_port                    = each.value.from_port
  to_port                      = coalesce(each.value.to_port, each.value.from_port)
  cidr_ipv4                    = each.value.cidr
  referenced_security_group_id = each.value.self ? aws_security_group.this.id : each.value.group
  prefix_list_id               = each.value.prefix_list

  tags = { Name = "${var.name}-${each.key}" }

  lifecycle {
    precondition {
      condition     = (each.value.cidr != null ? 1 : 0) + (each.value.group != null ? 1 : 0) + (each.value.prefix_list != null ? 1 : 0) + (each.value.self ? 1 : 0) == 1
      error_message = "Egress ${each.key} of ${var.name} needs exactly one of cidr, group, prefix_list and self."
    }
  }
}

# Rules that somebody added by hand are taken away by the next apply. (The group must have its rules first.)
resource "aws_vpc_security_group_rules_exclusive" "this" {
  security_group_id = aws_security_group.this.id
  ingress_rule_ids  = [for rule in aws_vpc_security_group_ingress_rule.this : rule.id]
  egress_rule_ids   = [for rule in aws_vpc_security_group_egress_rule.this : rule.id]
}
