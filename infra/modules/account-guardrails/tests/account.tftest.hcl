mock_provider "aws" { source = "../../tests/mocks" }

run "no_bucket_of_the_account_can_be_public" {
  assert {
    condition = (
      aws_s3_account_public_access_block.this.block_public_acls && aws_s3_account_public_access_block.this.block_public_policy &&
      aws_s3_account_public_access_block.this.ignore_public_acls && aws_s3_account_public_access_block.this.restrict_public_buckets
    )
    error_message = "A bucket of the account could be made public."
  }
}

run "a_password_is_as_cis_asks" {
  assert {
    condition = (
      aws_iam_account_password_policy.this.minimum_password_length >= 14 && aws_iam_account_password_policy.this.password_reuse_prevention == 24 &&
      aws_iam_account_password_policy.this.require_symbols && aws_iam_account_password_policy.this.require_numbers
    )
    error_message = "A password may be weaker than CIS asks."
  }
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    password_length = 8
  }
  expect_failures = [var.password_length]
}
