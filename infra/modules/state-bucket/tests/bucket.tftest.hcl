mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name = "shop-test"
}

# `plan`, because what may not be destroyed cannot be torn down after an apply

run "states_are_kept_encrypted_and_to_themselves" {
  command = plan
  assert {
    condition     = aws_s3_bucket.this.bucket == "shop-test-state-111122223333-us-east-1"
    error_message = "The bucket is called ${aws_s3_bucket.this.bucket}."
  }
  assert {
    condition     = one(aws_s3_bucket_versioning.this.versioning_configuration).status == "Enabled" && aws_kms_key.this.enable_key_rotation
    error_message = "Versions are not kept, or the key does not rotate."
  }
  assert {
    condition     = alltrue([for rule in aws_s3_bucket_server_side_encryption_configuration.this.rule : one(rule.apply_server_side_encryption_by_default).sse_algorithm == "aws:kms"])
    error_message = "States are not encrypted with KMS."
  }
  assert {
    condition     = aws_s3_bucket_public_access_block.this.block_public_acls && aws_s3_bucket_public_access_block.this.block_public_policy && aws_s3_bucket_public_access_block.this.ignore_public_acls && aws_s3_bucket_public_access_block.this.restrict_public_buckets
    error_message = "The bucket could become public."
  }
}

run "replaced_versions_are_kept_for_long" {
  command = plan
  variables {
    noncurrent_days = 7
  }
  expect_failures = [var.noncurrent_days]
}
