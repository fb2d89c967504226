# A bastion in each zone of the Security VPC: a group of one, so that a host that fails comes back where it was. No address of the
# internet, no key pair, no way out; engineers come by the VPN with a key of a minute (EC2 Instance Connect) or their
# certificate, and by Session Manager when SSH is what is broken.

data "aws_default_tags" "this" {}

locals {
  # default_tags stop at the template and the group: what these start gets its tags here
  tags = merge(data.aws_default_tags.this.tags, {
    Name               = "${var.name}-bastion"
    "quarterdeck:role" = "bastion"
    "quarterdeck:vpc"  = "security"
  })
}

resource "aws_iam_role" "this" {
  name_prefix          = "${var.name}-bastion-"
  description          = "Agents of the bastions; engineers bring rights of their own"
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
  name_prefix = "${var.name}-bastion-"
  role        = aws_iam_role.this.name

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_launch_template" "this" {
  name_prefix            = "${var.name}-bastion-"
  description            = "Bastions of ${var.name}"
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

  name_prefix           = "${var.name}-bastion-${each.key}-"
  min_size              = 1
  max_size              = 1
  desired_capacity      = 1
  vpc_zone_identifier   = [each.value]
  health_check_type     = "EC2"
  max_instance_lifetime = var.max_lifetime_days * 86400

  launch_template {
    id      = aws_launch_template.this.id
    version = aws_launch_template.this.latest_version
  }

  # the new host stands before the old one goes
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
