data "aws_partition" "this" {}

data "aws_default_tags" "this" {}

locals {
  # A launch template does not hand the provider's default tags to what it starts.
  instance_tags = merge(data.aws_default_tags.this.tags, {
    Name               = "${var.name}-node"
    "quarterdeck:role" = "node"
    "quarterdeck:vpc"  = "app"
  })

  # By zone and tag; what is in the value is known only once the group is there, the keys are from the first.
  group_tags = merge([for zone in keys(var.subnet_ids) : { for tag in ["quarterdeck:estate", "quarterdeck:role"] : "${zone}/${tag}" => { zone = zone, tag = tag } }]...)

  # The CNI has a role of its own by Pod Identity, so that a pod that reaches the node's role cannot rewire interfaces.
  managed_policies = toset([
    "AmazonEKSWorkerNodePolicy",
    "AmazonEC2ContainerRegistryPullOnly",
  ])
}

resource "aws_iam_role" "node" {
  name_prefix          = "${substr(var.name, 0, 32)}-node-"
  description          = "Nodes of ${var.cluster.name}"
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

resource "aws_iam_role_policy_attachment" "node" {
  for_each = local.managed_policies

  role       = aws_iam_role.node.name
  policy_arn = "arn:${data.aws_partition.this.partition}:iam::aws:policy/${each.value}"
}

module "agents" {
  source = "../host-agents"

  role_name = aws_iam_role.node.name
  agents    = var.agents
}

resource "aws_launch_template" "node" {
  name_prefix            = "${var.name}-node-"
  description            = "Nodes of ${var.cluster.name}"
  image_id               = var.image_id
  update_default_version = true
  vpc_security_group_ids = var.vpc_security_group_ids

  user_data = base64encode(templatefile("${path.module}/templates/node-config.mime.tftpl", { cluster = var.cluster }))

  # One hop: a pod that is not on the host's network cannot take the node's role.
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

resource "aws_eks_node_group" "this" {
  for_each = var.subnet_ids

  cluster_name           = var.cluster.name
  node_group_name_prefix = "${each.key}-"
  node_role_arn          = aws_iam_role.node.arn
  subnet_ids             = [each.value]
  instance_types         = var.instance_types
  capacity_type          = var.capacity_type
  labels                 = merge(var.labels, { "quarterdeck/node-group" = each.key })

  launch_template {
    id      = aws_launch_template.node.id
    version = aws_launch_template.node.latest_version
  }

  scaling_config {
    min_size     = var.scaling.min_size
    max_size     = var.scaling.max_size
    desired_size = var.scaling.min_size
  }

  update_config {
    max_unavailable = 1
  }

  node_repair_config {
    enabled = true
  }

  tags = {
    "quarterdeck:role" = "node"
  }

  lifecycle {
    create_before_destroy = true

    # The autoscaler's word, once the group is there.
    ignore_changes = [scaling_config[0].desired_size]
  }

  depends_on = [aws_iam_role_policy_attachment.node, module.agents]
}

# EKS makes these groups and gives them no tags of ours: without them on call may not replace a node (the role act goes by the estate's
# tag). Instances have theirs by the launch template.
resource "aws_autoscaling_group_tag" "this" {
  for_each = local.group_tags

  autoscaling_group_name = aws_eks_node_group.this[each.value.zone].resources[0].autoscaling_groups[0].name

  tag {
    key                 = each.value.tag
    value               = lookup(local.instance_tags, each.value.tag, var.name)
    propagate_at_launch = false
  }
}
