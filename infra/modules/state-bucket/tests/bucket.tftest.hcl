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

run "nobody_empties_it_and_nobody_reads_it_in_the_clear" {
  command = plan
  override_resource {
    target          = aws_s3_bucket.this
    override_during = plan
    values          = { id = "shop-test-state", arn = "arn:aws:s3:::shop-test-state" }
  }
  assert {
    condition = { for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Sid => statement.Effect } == {
      OnlyEncryptedOnTheWay               = "Deny"
      NobodyDeletesTheBucketOrItsVersions = "Deny"
    }
    error_message = "The bucket's policy does not deny."
  }
  assert {
    condition = one([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement if statement.Sid == "NobodyDeletesTheBucketOrItsVersions"]) == {
      Sid       = "NobodyDeletesTheBucketOrItsVersions"
      Effect    = "Deny"
      Principal = "*"
      Action    = ["s3:DeleteBucket", "s3:DeleteObjectVersion", "s3:PutBucketVersioning"]
      Resource  = ["arn:aws:s3:::shop-test-state", "arn:aws:s3:::shop-test-state/*"]
      Condition = { ArnNotLike = { "aws:PrincipalArn" = "arn:aws:iam::111122223333:role/shop-test-break-glass*" } }
    }
    error_message = "Somebody but break-glass empties the bucket, or nobody at all can."
  }
  assert {
    condition     = aws_s3_bucket.this.object_lock_enabled
    error_message = "The ledger could not be locked."
  }
}

run "replaced_versions_are_kept_for_long" {
  command = plan
  variables {
    noncurrent_days = 7
  }
  expect_failures = [var.noncurrent_days]
}
