data "aws_default_tags" "this" {}

locals {
  # Neither the launch template nor the group hands the provider's default tags to what it starts.
  instance_tags = merge(data.aws_default_tags.this.tags, {
    Name               = "${var.name}-jump"
    "quarterdeck:role" = "jump"
    "quarterdeck:vpc"  = "app"
  })
}

resource "aws_iam_role" "jump" {
  name_prefix          = "${substr(var.name, 0, 32)}-jump-"
  description          = "Jump hosts of ${var.name}: their agents, and nothing of the engineer on them"
  permissions_boundary = var.permissions_boundary

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ec2.amazonaws.com" }
    }]
  })

  lifecycle {
    create_before_destroy = true
  }
}

module "agents" {
  source = "../host-agents"

  role_name = aws_iam_role.jump.name
  agents    = var.agents
}

resource "aws_iam_instance_profile" "jump" {
  name_prefix = "${var.name}-jump-"
  role        = aws_iam_role.jump.name

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_launch_template" "jump" {
  name_prefix            = "${var.name}-jump-"
  description            = "Jump hosts of ${var.name}"
  image_id               = var.image_id
  instance_type          = var.instance_type
  update_default_version = true
  vpc_security_group_ids = var.vpc_security_group_ids

  iam_instance_profile {
    arn = aws_iam_instance_profile.jump.arn
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
      encrypted             = true
      kms_key_id            = var.volume_key_arn
      volume_type           = "gp3"
      volume_size           = var.volume_size_gib
      delete_on_termination = true
    }
  }

  monitoring {
    enabled = true
  }

  dynamic "tag_specifications" {
    for_each = toset(["instance", "volume", "network-interface"])

    content {
      resource_type = tag_specifications.value
      tags          = local.instance_tags
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

# One group for each zone, of one host each: a host that fails comes back in its zone, and no other zone's is moved for it.
resource "aws_autoscaling_group" "jump" {
  for_each = var.subnet_ids

  name_prefix         = "${var.name}-jump-${each.key}-"
  min_size            = 1
  max_size            = 1
  desired_capacity    = 1
  vpc_zone_identifier = [each.value]
  health_check_type   = "EC2"

  # A host lives a month at most, so that nothing that was done to it by hand lasts.
  max_instance_lifetime = 30 * 24 * 60 * 60

  launch_template {
    id      = aws_launch_template.jump.id
    version = aws_launch_template.jump.latest_version
  }

  # The new host is there before the old one goes.
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
    for_each = local.instance_tags

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
