mock_provider "aws" { source = "../../tests/mocks" }

variables {
  name                    = "shop-prod"
  record_global_resources = true
  bucket                  = "shop-prod-logs"
  volume_key_arn          = "arn:aws:kms:us-east-1:111122223333:key/1"
  topic_arn               = "arn:aws:sns:us-east-1:111122223333:shop-prod-security"
}

run "what_is_new_is_encrypted_and_shut" {
  assert {
    condition     = aws_ebs_encryption_by_default.this.enabled && aws_ebs_default_kms_key.this.key_arn == var.volume_key_arn
    error_message = "A volume could be made in the clear."
  }

  assert {
    condition = (
      aws_ebs_snapshot_block_public_access.this.state == "block-all-sharing" && aws_ec2_image_block_public_access.this.state == "block-new-sharing"
    )
    error_message = "A snapshot or an image could be made public."
  }

  assert {
    condition     = aws_ec2_instance_metadata_defaults.this.http_tokens == "required" && !aws_ec2_serial_console_access.this.enabled
    error_message = "An instance would answer for metadata without a token, or to the serial console."
  }
}

run "the_watch_is_on" {
  assert {
    condition     = { for one in aws_guardduty_detector_feature.this["RUNTIME_MONITORING"].additional_configuration : one.name => one.status } == { EC2_AGENT_MANAGEMENT = "ENABLED", EKS_ADDON_MANAGEMENT = "ENABLED" }
    error_message = "GuardDuty watches what runs, and puts its agent nowhere."
  }

  assert {
    condition = aws_guardduty_detector.this.enable && alltrue([
      for feature in values(aws_guardduty_detector_feature.this) : feature.status == "ENABLED"
    ]) && length(setsubtract(["EKS_AUDIT_LOGS", "RUNTIME_MONITORING", "EBS_MALWARE_PROTECTION"], keys(aws_guardduty_detector_feature.this))) == 0
    error_message = "GuardDuty does not watch the cluster, its nodes or their volumes."
  }

  assert {
    condition     = aws_inspector2_enabler.this.resource_types == toset(["EC2", "ECR"])
    error_message = "Inspector does not look at hosts and images."
  }

  assert {
    condition     = aws_config_configuration_recorder_status.this.is_enabled && one(aws_config_configuration_recorder.this.recording_group).all_supported
    error_message = "Config does not record."
  }
}

run "global_resources_are_recorded_where_it_was_asked" {
  variables {
    record_global_resources = false
  }

  assert {
    condition     = one(aws_config_configuration_recorder.this.recording_group).include_global_resource_types == false
    error_message = "IAM is recorded, and paid, in every region."
  }
}

run "the_designs_promises_are_rules" {
  assert {
    condition = length(setsubtract(
      ["EKS_ENDPOINT_NO_PUBLIC_ACCESS", "EC2_IMDSV2_CHECK", "ENCRYPTED_VOLUMES", "VPC_FLOW_LOGS_ENABLED", "INCOMING_SSH_DISABLED"],
      [for rule in values(aws_config_config_rule.this) : one(rule.source).source_identifier]
    )) == 0
    error_message = "Config does not hold the account against what the design promises."
  }

  assert {
    condition     = jsondecode(aws_config_config_rule.this["tagged"].input_parameters).tag1Key == "quarterdeck:estate"
    error_message = "Config does not ask for the tag that the console discovers by."
  }
}

run "somebody_is_told_of_what_is_grave" {
  assert {
    condition = (
      jsondecode(aws_cloudwatch_event_rule.finding.event_pattern).detail.severity[0].numeric == [">=", 7] &&
      alltrue([for target in values(aws_cloudwatch_event_target.told) : target.arn == var.topic_arn])
    )
    error_message = "A grave finding reaches nobody."
  }
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    name             = "S"
    bucket           = ""
    volume_key_arn   = "alias/ebs"
    topic_arn        = "security"
    finding_severity = 11
    config_rules     = { one = { identifier = "encrypted-volumes" } }
  }
  expect_failures = [var.name, var.bucket, var.volume_key_arn, var.topic_arn, var.finding_severity, var.config_rules]
}
