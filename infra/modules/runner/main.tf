data "aws_partition" "this" {}

data "aws_region" "this" {}

data "aws_default_tags" "this" {}

locals {
  fleet         = "${var.name}-runner-${var.purpose}"
  mirror_arn    = "arn:${data.aws_partition.this.partition}:s3:::${var.mirror}"
  instance_tags = merge(data.aws_default_tags.this.tags, { Name = local.fleet })

  user_data = templatefile("${path.module}/templates/user-data.sh.tftpl", {
    region         = data.aws_region.this.region
    mirror         = var.mirror
    runner_version = var.gitlab.runner_version
    runner_sha256  = var.gitlab.runner_sha256
    helpers_sha256 = var.gitlab.helpers_sha256
    gitlab_url     = var.gitlab.url
    token_secret   = aws_secretsmanager_secret.token.name
    pipeline_role  = var.roles.pipeline
    deploy_role    = var.roles.deploy == null ? "" : var.roles.deploy
    registry       = var.registry.url
    registry_host  = split("/", var.registry.url)[0]
    default_image  = var.registry.default_image
    concurrent     = var.fleet.concurrent
    log_group      = var.log_group.name
    purpose        = var.purpose
    nests          = var.nests
  })
}

# The one secret of the fleet: by it a runner tells GitLab which it is. It opens nothing in AWS. Its value is put by who makes the runner
# in GitLab, and never passes Terraform.
resource "aws_secretsmanager_secret" "token" {
  #checkov:skip=CKV2_AWS_57:GitLab rotates the token when asked; a Lambda that asks would hold a stronger one
  name        = "${var.name}/runner-${var.purpose}-token"
  description = "Authentication token of the runner for ${var.purpose}, as GitLab gave it"
  kms_key_id  = var.key_arn
}

resource "aws_iam_role" "runner" {
  name                 = "${local.fleet}-${data.aws_region.this.region}"
  description          = "Runners of the pipeline: become the pipeline${var.roles.deploy == null ? "" : ", or the deployer"}"
  permissions_boundary = var.permissions_boundary

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ec2.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "session_manager" {
  role       = aws_iam_role.runner.name
  policy_arn = "arn:${data.aws_partition.this.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy" "runner" {
  name = "runner"
  role = aws_iam_role.runner.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Roles"
        Effect   = "Allow"
        Action   = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]
        Resource = compact([var.roles.pipeline, var.roles.deploy])
      },
      {
        Sid      = "Token"
        Effect   = "Allow"
        Action   = "secretsmanager:GetSecretValue"
        Resource = aws_secretsmanager_secret.token.arn
      },
      {
        Sid      = "Package"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "${local.mirror_arn}/packages/*"
      },
      {
        Sid      = "Key"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = var.key_arn
      },
      {
        Sid      = "Logs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
        Resource = "${var.log_group.arn}:*"
      },
      {
        Sid      = "RegistryLogin"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*"
      },
      {
        Sid      = "JobImages"
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = "arn:${data.aws_partition.this.partition}:ecr:*:${split(".", var.registry.url)[0]}:repository/${join("/", slice(split("/", var.registry.url), 1, length(split("/", var.registry.url))))}/*"
      },
    ]
  })
}

resource "aws_iam_instance_profile" "runner" {
  name_prefix = "${local.fleet}-"
  role        = aws_iam_role.runner.name

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_launch_template" "runner" {
  #checkov:skip=CKV_AWS_341:jobs run in containers, one hop further, and get their role from the metadata service
  name_prefix            = "${local.fleet}-"
  description            = "Runners of the pipeline of ${var.name}, for ${var.purpose}"
  image_id               = var.image_id
  instance_type          = var.instance_type
  update_default_version = true
  vpc_security_group_ids = var.vpc_security_group_ids
  user_data              = base64encode(local.user_data)

  iam_instance_profile {
    arn = aws_iam_instance_profile.runner.arn
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
    instance_metadata_tags      = "disabled"
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      encrypted             = true
      kms_key_id            = var.key_arn
      volume_type           = "gp3"
      volume_size           = 60
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

resource "aws_autoscaling_group" "runner" {
  name_prefix         = "${local.fleet}-"
  min_size            = var.fleet.min_size
  max_size            = var.fleet.max_size
  vpc_zone_identifier = values(var.subnet_ids)
  health_check_type   = "EC2"

  # A runner lives a week, so that nothing that a job left behind lasts.
  max_instance_lifetime = 7 * 24 * 60 * 60

  launch_template {
    id      = aws_launch_template.runner.id
    version = aws_launch_template.runner.latest_version
  }

  instance_refresh {
    strategy = "Rolling"

    preferences {
      min_healthy_percentage = 100
      max_healthy_percentage = 200
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

  depends_on = [aws_iam_role_policy.runner, aws_iam_role_policy_attachment.session_manager]
}
