mock_provider "aws" { source = "../../tests/mocks" }

variables {
  name = "shop-prod"
  components = {
    hardening = <<-EOT
      name: hardening
      schemaVersion: 1.0
      parameters:
      - Role:
          type: string
          default: jump
      - Mirror:
          type: string
      phases:
      - name: build
        steps: []
    EOT
    verify    = "name: verify\nschemaVersion: 1.0\nphases: [{ name: test, steps: [] }]\n"
  }
  images = {
    jump = {
      parent_image = "ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
      components   = ["hardening", "verify"]
      parameters   = { Role = "jump" }
    }
  }
  parameters         = { Mirror = "shop-prod-mirror", Unused = "by nobody" }
  subnet_id          = "subnet-0a1"
  security_group_ids = ["sg-0123456789abcdef0"]
  key_arn            = "arn:aws:kms:us-east-1:111122223333:key/1"
  mirror             = "shop-prod-mirror"
  log_bucket         = { name = "shop-prod-logs" }
  topic_arn          = "arn:aws:sns:us-east-1:111122223333:shop-prod-security"
}

run "an_image_is_built_every_month_tested_and_scanned" {
  assert {
    condition = (
      aws_imagebuilder_image_pipeline.this["jump"].schedule[0].schedule_expression == "cron(0 6 1 * ? *)" &&
      aws_imagebuilder_image_pipeline.this["jump"].schedule[0].pipeline_execution_start_condition == "EXPRESSION_MATCH_ONLY"
    )
    error_message = "An image could grow older than a month."
  }

  assert {
    condition = (
      aws_imagebuilder_image_pipeline.this["jump"].status == "ENABLED" &&
      aws_imagebuilder_image_pipeline.this["jump"].image_tests_configuration[0].image_tests_enabled &&
      aws_imagebuilder_image_pipeline.this["jump"].image_scanning_configuration[0].image_scanning_enabled
    )
    error_message = "An image is handed out untested, or unscanned."
  }
}

run "components_get_what_they_declare_in_their_order" {
  assert {
    condition     = aws_imagebuilder_image_recipe.this["jump"].component[*].component_arn == tolist([for name in ["hardening", "verify"] : aws_imagebuilder_component.this[name].arn])
    error_message = "Components run in another order."
  }

  assert {
    condition = { for one in aws_imagebuilder_image_recipe.this["jump"].component[0].parameter : one.name => one.value } == {
      Role = "jump", Mirror = "shop-prod-mirror"
    }
    error_message = "A component gets a parameter that it does not know, or lacks one."
  }

  assert {
    condition     = length(aws_imagebuilder_image_recipe.this["jump"].component[1].parameter) == 0
    error_message = "A component gets a parameter that it does not know: the build would fail."
  }
}

run "what_changes_gets_another_name" {
  command = plan
  variables {
    components = {
      hardening = "name: hardening\nschemaVersion: 1.0\nphases: [{ name: build, steps: [] }]\n"
      verify    = "name: verify\nschemaVersion: 1.0\nphases: [{ name: test, steps: [] }]\n"
    }
  }

  assert {
    condition = (
      aws_imagebuilder_component.this["hardening"].name != run.components_get_what_they_declare_in_their_order.names.hardening &&
      aws_imagebuilder_image_recipe.this["jump"].name != run.components_get_what_they_declare_in_their_order.names.recipe_jump &&
      aws_imagebuilder_component.this["verify"].name == run.components_get_what_they_declare_in_their_order.names.verify
    )
    error_message = "Image Builder would refuse a changed component under its old name, or everything is made anew."
  }
}

run "nothing_is_run_from_where_nothing_may_run" {
  assert {
    condition     = alltrue([for recipe in values(aws_imagebuilder_image_recipe.this) : recipe.working_directory == "/var/tmp"])
    error_message = "Image Builder works in /tmp by itself, from which the hardened image runs nothing: every build would end at its tests."
  }
}

run "images_and_builders_are_encrypted_and_shut" {
  assert {
    condition = alltrue([
      for device in aws_imagebuilder_image_recipe.this["jump"].block_device_mapping : device.ebs[0].encrypted == "true" && device.ebs[0].kms_key_id == var.key_arn
    ])
    error_message = "The image's volume is in the clear."
  }

  assert {
    condition = (
      aws_imagebuilder_infrastructure_configuration.this.instance_metadata_options[0].http_tokens == "required" &&
      aws_imagebuilder_infrastructure_configuration.this.terminate_instance_on_failure &&
      aws_imagebuilder_infrastructure_configuration.this.key_pair == null
    )
    error_message = "A builder could be entered, or stays after it failed."
  }
}

run "the_image_is_told_to_stacks_by_its_parameter" {
  assert {
    condition     = one(one(aws_imagebuilder_distribution_configuration.this["jump"].distribution).ssm_parameter_configuration).parameter_name == "/shop-prod/images/jump"
    error_message = "Stacks would read another parameter than the pipeline writes."
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.pipeline.policy).Statement : statement.Resource if statement.Sid == "Parameters"
    ]) == ["arn:aws:ssm:us-east-1:111122223333:parameter/shop-prod/images/jump"]
    error_message = "The pipeline may write other parameters, or not its own."
  }
}

run "roles_of_the_pipeline_are_held" {
  assert {
    condition = alltrue([
      for statement in concat(
        jsondecode(aws_iam_role_policy.builder.policy).Statement, jsondecode(aws_iam_role_policy.pipeline.policy).Statement,
        jsondecode(aws_iam_role_policy.trigger.policy).Statement,
      ) : statement.Effect == "Allow"
    ])
    error_message = "A role of the pipeline is denied what it needs."
  }

  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.builder.policy).Statement : statement.Sid => statement.Resource
      } == {
      Mirror     = "arn:aws:s3:::shop-prod-mirror/*"
      MirrorList = "arn:aws:s3:::shop-prod-mirror"
      Logs       = "arn:aws:s3:::shop-prod-logs/images/*"
      Keys       = ["arn:aws:kms:us-east-1:111122223333:key/1"]
    }
    error_message = "A builder reads or writes other buckets."
  }

  assert {
    condition = alltrue([
      for sid, condition in {
        Stop              = { StringEquals = { "aws:ResourceTag/CreatedBy" = "EC2 Image Builder" } }
        CommandOnBuilders = { StringEquals = { "aws:ResourceTag/CreatedBy" = ["EC2 Image Builder"] } }
        BuilderRole       = { StringEquals = { "iam:PassedToService" = "ec2.amazonaws.com" } }
        KeyGrant          = { Bool = { "kms:GrantIsForAWSResource" = "true" } }
      } : jsonencode(one([for statement in jsondecode(aws_iam_role_policy.pipeline.policy).Statement : statement.Condition if statement.Sid == sid])) == jsonencode(condition)
    ])
    error_message = "The pipeline could stop, command, or hand its key and role to, something else than its builders."
  }
}

run "a_critical_hole_starts_one_build" {
  assert {
    condition = (
      jsondecode(aws_cloudwatch_event_rule.critical["jump"].event_pattern).detail.severity == ["CRITICAL"] &&
      jsondecode(aws_cloudwatch_event_rule.critical["jump"].event_pattern).detail.resources.tags["quarterdeck:role"] == ["jump"] &&
      aws_cloudwatch_event_target.told["jump"].arn == var.topic_arn
    )
    error_message = "A critical hole on a jump host is not heard of."
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.critical["jump"].dimensions.RuleName == aws_cloudwatch_event_rule.critical["jump"].name &&
      jsondecode(aws_cloudwatch_event_rule.build["jump"].event_pattern).detail.alarmName == [aws_cloudwatch_metric_alarm.critical["jump"].alarm_name] &&
      aws_cloudwatch_event_target.build["jump"].arn == aws_imagebuilder_image_pipeline.this["jump"].arn
    )
    error_message = "The alarm counts something else, or starts another pipeline."
  }

  assert {
    condition     = length([for target in values(aws_cloudwatch_event_target.told) : target if target.arn == aws_imagebuilder_image_pipeline.this["jump"].arn]) == 0
    error_message = "Each finding would start a build of its own."
  }
}

run "old_images_go_and_those_in_use_stay" {
  assert {
    condition = alltrue([for one in values(aws_imagebuilder_lifecycle_policy.this) :
      one.status == "ENABLED" && one(one(one(one.policy_detail).action).include_resources).amis && one(one(one(one.policy_detail).action).include_resources).snapshots
    ])
    error_message = "Old images, or their snapshots, stay for ever."
  }

  assert {
    condition = (
      one(one(aws_imagebuilder_lifecycle_policy.this["jump"].policy_detail).filter).value == 6 &&
      one(one(one(one(aws_imagebuilder_lifecycle_policy.this["jump"].policy_detail).exclusion_rules).amis).last_launched).value == 2
    )
    error_message = "The image to go back to would be gone, or all stay for ever."
  }
}

run "a_component_without_its_parameter_is_refused" {
  command = plan
  variables {
    parameters = {}
  }
  expect_failures = [aws_imagebuilder_image_recipe.this]
}
