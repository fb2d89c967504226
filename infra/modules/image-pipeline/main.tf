data "aws_partition" "this" {}

data "aws_caller_identity" "this" {}

data "aws_region" "this" {}

data "aws_default_tags" "this" {}

locals {
  partition  = data.aws_partition.this.partition
  account_id = data.aws_caller_identity.this.account_id
  region     = data.aws_region.this.region

  # Names of the parameters that a component declares, and of those that it cannot do without.
  declared = {
    for name, data in var.components : name => {
      all      = flatten([for one in try(yamldecode(data).parameters, []) : keys(one)])
      required = flatten([for one in try(yamldecode(data).parameters, []) : [for key, of in one : key if !can(of.default)]])
    }
  }

  values = { for role, image in var.images : role => merge(var.parameters, image.parameters) }

  missing = flatten([
    for role, image in var.images : [
      for component in image.components : [
        for parameter in local.declared[component].required : "${role}: ${component} needs ${parameter}"
        if !contains(keys(local.values[role]), parameter)
      ]
    ]
  ])

  # Components and recipes cannot be changed, only made anew under another name: the name holds a hash of what they are.
  component_names = { for name, data in var.components : name => "${var.name}-${name}-${substr(sha256(data), 0, 8)}" }

  recipe_names = {
    for role, image in var.images : role => join("-", [
      var.name, role, substr(sha256(jsonencode([image, local.working_directory, local.values[role], [for name in image.components : local.component_names[name]]])), 0, 8),
    ])
  }

  # Not /tmp, from which nothing runs once the hardened image has started: the tests would not either.
  working_directory = "/var/tmp"

  parameter_names = { for role in keys(var.images) : role => "/${var.name}/images/${role}" }
}

resource "aws_imagebuilder_component" "this" {
  for_each = var.components

  name       = local.component_names[each.key]
  version    = "1.0.0"
  platform   = "Linux"
  data       = each.value
  kms_key_id = var.key_arn

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_recipe" "this" {
  for_each = var.images

  name         = local.recipe_names[each.key]
  version      = "1.0.0"
  parent_image = each.value.parent_image

  working_directory = local.working_directory

  dynamic "component" {
    for_each = each.value.components

    content {
      component_arn = aws_imagebuilder_component.this[component.value].arn

      dynamic "parameter" {
        for_each = { for name in local.declared[component.value].all : name => local.values[each.key][name] if contains(keys(local.values[each.key]), name) }

        content {
          name  = parameter.key
          value = parameter.value
        }
      }
    }
  }

  block_device_mapping {
    device_name = "/dev/xvda"

    ebs {
      encrypted             = true
      kms_key_id            = var.key_arn
      volume_type           = "gp3"
      volume_size           = each.value.volume_size_gib
      delete_on_termination = true
    }
  }

  # The agent stays: it is how the host is patched.
  systems_manager_agent {
    uninstall_after_build = false
  }

  lifecycle {
    create_before_destroy = true

    precondition {
      condition     = length(local.missing) == 0
      error_message = "Components lack parameters: ${join("; ", local.missing)}."
    }
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "this" {
  name                          = var.name
  description                   = "Builders of the images of ${var.name}"
  instance_profile_name         = aws_iam_instance_profile.builder.name
  instance_types                = var.instance_types
  subnet_id                     = var.subnet_id
  security_group_ids            = var.security_group_ids
  terminate_instance_on_failure = true
  resource_tags                 = merge(data.aws_default_tags.this.tags, { Name = "${var.name}-builder" })

  instance_metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  logging {
    s3_logs {
      s3_bucket_name = var.log_bucket.name
      s3_key_prefix  = "images"
    }
  }
}

resource "aws_imagebuilder_distribution_configuration" "this" {
  for_each = var.images

  name        = "${var.name}-${each.key}"
  description = "Where the image ${each.key} goes: this region, and the parameter that stacks read it from"

  distribution {
    region = local.region

    ami_distribution_configuration {
      name       = "${var.name}-${each.key}-{{ imagebuilder:buildDate }}"
      kms_key_id = var.key_arn
      ami_tags = merge(data.aws_default_tags.this.tags, {
        Name               = "${var.name}-${each.key}"
        "quarterdeck:role" = each.key
      })
    }

    ssm_parameter_configuration {
      parameter_name = local.parameter_names[each.key]
      data_type      = "aws:ec2:image"
    }
  }
}

resource "aws_imagebuilder_image_pipeline" "this" {
  for_each = var.images

  name                             = "${var.name}-${each.key}"
  description                      = "Image of ${each.key}: monthly, and when a critical hole is found"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.this[each.key].arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.this.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.this[each.key].arn
  execution_role                   = aws_iam_role.pipeline.arn
  enhanced_image_metadata_enabled  = true
  status                           = "ENABLED"

  # Whether or not the parent changed: packages do change, and no image is older than a month.
  schedule {
    schedule_expression                = var.schedule
    pipeline_execution_start_condition = "EXPRESSION_MATCH_ONLY"
  }

  image_tests_configuration {
    image_tests_enabled = true
    timeout_minutes     = 90
  }

  image_scanning_configuration {
    image_scanning_enabled = true
  }

  depends_on = [aws_iam_role_policy.pipeline, aws_iam_role_policy.builder, aws_iam_role_policy_attachment.builder]
}

resource "aws_imagebuilder_lifecycle_policy" "this" {
  for_each = var.images

  name           = "${var.name}-${each.key}"
  description    = "Keeps the last ${var.kept_images} images, and any that was started within two months"
  execution_role = aws_iam_role.lifecycle.arn
  resource_type  = "AMI_IMAGE"
  status         = "ENABLED"

  policy_detail {
    action {
      type = "DELETE"

      include_resources {
        amis      = true
        snapshots = true
      }
    }

    filter {
      type  = "COUNT"
      value = var.kept_images
    }

    exclusion_rules {
      amis {
        is_public = false

        last_launched {
          unit  = "MONTHS"
          value = 2
        }
      }
    }
  }

  resource_selection {
    tag_map = {
      "quarterdeck:estate" = lookup(data.aws_default_tags.this.tags, "quarterdeck:estate", var.name)
      "quarterdeck:role"   = each.key
    }
  }

  depends_on = [aws_iam_role_policy_attachment.lifecycle]
}
