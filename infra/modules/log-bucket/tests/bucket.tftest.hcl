mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  name           = "shop-prod-logs-111122223333-us-east-1"
  key_arn        = null
  retention_days = 400
  access_log     = null
  writers = {
    load_balancer = { principal = "logdelivery.elasticloadbalancing.amazonaws.com", prefix = "elb/" }
    flow_logs     = { principal = "delivery.logs.amazonaws.com", prefix = "flow/", reads_acl = true }
  }
}

run "nothing_of_it_is_public" {
  command = plan

  assert {
    condition = (
      aws_s3_bucket_public_access_block.this.block_public_acls && aws_s3_bucket_public_access_block.this.block_public_policy &&
      aws_s3_bucket_public_access_block.this.ignore_public_acls && aws_s3_bucket_public_access_block.this.restrict_public_buckets
    )
    error_message = "The bucket could be made public."
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement if statement.Sid == "TlsOnly"
      ]) == {
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Action    = "s3:*"
      Resource  = ["arn:aws:s3:::shop-prod-logs-111122223333-us-east-1", "arn:aws:s3:::shop-prod-logs-111122223333-us-east-1/*"]
      Principal = "*"
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }
    error_message = "The bucket answers without TLS."
  }

  assert {
    condition     = one(aws_s3_bucket_ownership_controls.this.rule).object_ownership == "BucketOwnerEnforced"
    error_message = "Objects could belong to another account."
  }
}

run "a_service_writes_to_its_prefix_for_this_account" {
  command = plan

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement :
      statement.Condition.StringEquals["aws:SourceAccount"] == "111122223333" if statement.Effect == "Allow"
    ])
    error_message = "A service could write for another account."
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Resource if statement.Sid == "WriteLoadbalancer"
    ]) == "arn:aws:s3:::shop-prod-logs-111122223333-us-east-1/elb/*"
    error_message = "A service could write over another's logs."
  }

  assert {
    condition = [
      for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Sid if startswith(statement.Sid, "Acl")
    ] == ["AclFlowlogs"]
    error_message = "Not just the service that needs it reads the ACL."
  }
}

run "without_a_key_of_ours_s3s_own_encrypts" {
  command = plan

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    error_message = "Load balancers could not write."
  }
}

run "with_a_key_of_ours_it_encrypts" {
  command = plan
  variables {
    key_arn    = "arn:aws:kms:us-east-1:111122223333:key/1"
    access_log = { bucket = "shop-prod-logs" }
  }

  assert {
    condition = (
      one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).kms_master_key_id ==
      "arn:aws:kms:us-east-1:111122223333:key/1"
    )
    error_message = "The objects are not encrypted with our key."
  }

  assert {
    condition     = aws_s3_bucket_logging.this["this"].target_prefix == "s3/shop-prod-logs-111122223333-us-east-1/"
    error_message = "Who reads the bucket is not logged."
  }
}

run "what_is_old_goes_and_what_is_locked_stays" {
  command = plan
  variables {
    locked_days = 365
  }

  assert {
    condition     = one(one(aws_s3_bucket_lifecycle_configuration.this.rule).expiration).days == 400
    error_message = "Logs are kept for another time than was asked for."
  }

  assert {
    condition     = aws_s3_bucket.this.object_lock_enabled && one(one(aws_s3_bucket_object_lock_configuration.this["this"].rule).default_retention).mode == "COMPLIANCE"
    error_message = "An administrator could delete the audit."
  }
}

run "without_an_end_only_old_versions_go" {
  command = plan
  variables {
    retention_days     = null
    archive_after_days = null
  }

  assert {
    condition = (
      length(one(aws_s3_bucket_lifecycle_configuration.this.rule).expiration) == 0 &&
      one(one(aws_s3_bucket_lifecycle_configuration.this.rule).noncurrent_version_expiration).noncurrent_days == 30
    )
    error_message = "What is to stay would go, or old versions would stay."
  }
}

run "a_lock_beyond_the_end_is_refused" {
  command = plan
  variables {
    locked_days = 500
  }
  expect_failures = [aws_s3_bucket.this]
}

run "an_archive_just_before_the_end_is_refused" {
  command = plan
  variables {
    retention_days     = 90
    archive_after_days = 80
  }
  expect_failures = [aws_s3_bucket.this]
}

run "a_writer_that_is_no_service_is_refused" {
  command = plan
  variables {
    writers = { everybody = { principal = "*", prefix = "" } }
  }
  expect_failures = [var.writers]
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    name               = "shop.prod"
    key_arn            = "alias/logs"
    retention_days     = 7
    archive_after_days = 1
    locked_days        = -1
    access_log         = { bucket = "" }
  }
  expect_failures = [var.name, var.key_arn, var.retention_days, var.archive_after_days, var.locked_days, var.access_log]
}

run "config_is_not_sent_where_all_that_is_new_is_locked" {
  command = plan
  variables {
    locked_days = 30
    writers     = { config = { principal = "config.amazonaws.com", prefix = "config/", reads_acl = true } }
  }
  expect_failures = [aws_s3_bucket.this]
}
