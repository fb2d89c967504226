# A host in each zone that people pass through: a group of one, so that what fails comes back where it was. No address of the
# internet, no key pair, no way out, no rights but its agents'; engineers come by SSH with a key of a minute or their certificate,
# and by Session Manager when SSH is what is broken.

data "aws_default_tags" "this" {}

locals {
  label = "${var.name}-${var.role}"

  # default_tags stop at the template and the group: what these start gets its tags here
  tags = merge(data.aws_default_tags.this.tags, {
    Name               = local.label
    "quarterdeck:role" = var.role
    "quarterdeck:vpc"  = { bastion = "security", jump = "app" }[var.role]
  })
}

resource "aws_iam_role" "this" {
  name_prefix          = "${local.label}-"
  description          = "Agents of the ${var.role} hosts of ${var.name}; engineers bring rights of their own"
  permissions_boundary = var.permissions_boundary

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })

  lifecycle {
    create_before_destroy = true
  }
}

module "agents" {
  source = "../host-agents"

  role_name = aws_iam_role.this.name
  agents    = var.agents
}

resource "aws_iam_instance_profile" "this" {
  name_prefix = "${local.label}-"
  role        = aws_iam_role.this.name

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_launch_template" "this" {
  name_prefix            = "${local.label}-"
  description            = "Hosts ${var.role} of ${var.name}"
  image_id               = var.image_id
  instance_type          = var.instance_type
  update_default_version = true

  iam_instance_profile {
    arn = aws_iam_instance_profile.this.arn
  }

  network_interfaces {
    associate_public_ip_address = "false"
    security_groups             = var.security_group_ids
    delete_on_termination       = "true"
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
    instance_metadata_tags      = "disabled"
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      encrypted             = "true"
      kms_key_id            = var.volume_key_arn
      volume_size           = 20
      volume_type           = "gp3"
      delete_on_termination = "true"
    }
  }

  monitoring {
    enabled = true
  }

  dynamic "tag_specifications" {
    for_each = toset(["instance", "volume", "network-interface"])

    content {
      resource_type = tag_specifications.value
      tags          = local.tags
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_autoscaling_group" "this" {
  for_each = var.subnet_ids

  name_prefix         = "${local.label}-${each.key}-"
  min_size            = 1
  max_size            = 1
  desired_capacity    = 1
  vpc_zone_identifier = [each.value]
  health_check_type   = "EC2"

  # A host lives a month at most, so that nothing that was done to it by hand lasts.
  max_instance_lifetime = 30 * 24 * 60 * 60

  launch_template {
    id      = aws_launch_template.this.id
    version = aws_launch_template.this.latest_version
  }

  # The new host stands before the old one goes.
  instance_maintenance_policy {
    min_healthy_percentage = 100
    max_healthy_percentage = 200
  }

  instance_refresh {
    strategy = "Rolling"

    preferences {
      min_healthy_percentage = 100
      max_healthy_percentage = 200
      auto_rollback          = true
    }
  }

  dynamic "tag" {
    for_each = local.tags

    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [module.agents]
}
