mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  name        = "shop-prod/logs"
  description = "Logs of shop-prod"
  services = {
    logs = {
      principal = "logs.us-east-1.amazonaws.com"
      condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = ["arn:aws:logs:us-east-1:111122223333:log-group:*"] } }
    }
  }
  granted_roles = ["arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"]
}

run "the_key_turns_every_year" {
  command = plan

  assert {
    condition     = aws_kms_key.this.enable_key_rotation && aws_kms_key.this.deletion_window_in_days == 30
    error_message = "The key does not rotate, or is gone too soon."
  }

  assert {
    condition     = aws_kms_alias.this.name == "alias/shop-prod/logs"
    error_message = "The key has another name."
  }
}

run "a_service_uses_it_for_this_account_alone" {
  command = plan

  assert {
    condition = one([
      for statement in jsondecode(aws_kms_key.this.policy).Statement : statement if statement.Sid == "ServiceLogs"
    ]).Condition.ArnLike["kms:EncryptionContext:aws:logs:arn"] == ["arn:aws:logs:us-east-1:111122223333:log-group:*"]
    error_message = "Another account could make the service use the key."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_kms_key.this.policy).Statement :
      statement.Principal == { AWS = "arn:aws:iam::111122223333:root" } if contains(flatten([statement.Action]), "kms:*")
    ])
    error_message = "Somebody but the account itself may do everything with the key."
  }
}

run "grants_are_for_aws_alone" {
  command = plan

  assert {
    condition = one([
      for statement in jsondecode(aws_kms_key.this.policy).Statement : statement if statement.Sid == "RolesGrants"
    ]).Condition.Bool["kms:GrantIsForAWSResource"] == ["true"]
    error_message = "A role could hand the key to anybody."
  }
}

run "a_key_policy_only_allows" {
  command = plan
  variables {
    verifiers = ["arn:aws:iam::222233334444:role/shop-test-pipeline"]
  }

  assert {
    condition     = length(jsondecode(aws_kms_key.this.policy).Statement) == 5 && alltrue([for statement in jsondecode(aws_kms_key.this.policy).Statement : statement.Effect == "Allow"])
    error_message = "A statement denies: the key could lock its own account out."
  }
}

run "a_key_that_nobody_shares_has_one_statement" {
  command = plan
  variables {
    services      = {}
    granted_roles = []
  }

  assert {
    condition     = jsondecode(aws_kms_key.this.policy).Statement[*].Sid == ["Account"]
    error_message = "The key is open to who did not ask."
  }
}

run "a_key_that_signs_does_not_encrypt" {
  command = plan
  variables {
    signs     = true
    verifiers = ["arn:aws:iam::222233334444:role/shop-test-pipeline"]
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_kms_key.this.policy).Statement : statement.Action if statement.Sid == "Verify"
    ]) == ["kms:DescribeKey", "kms:GetPublicKey", "kms:Verify"]
    error_message = "Another account could sign, or cannot check."
  }

  assert {
    condition = (
      aws_kms_key.this.key_usage == "SIGN_VERIFY" && aws_kms_key.this.customer_master_key_spec == "ECC_NIST_P256" &&
      !aws_kms_key.this.enable_key_rotation
    )
    error_message = "Route 53 would refuse the key, or KMS its rotation."
  }
}

run "a_service_without_a_condition_is_refused" {
  command = plan
  variables {
    services = { logs = { principal = "logs.us-east-1.amazonaws.com", condition = {} } }
  }
  expect_failures = [var.services]
}

run "a_principal_that_is_no_service_is_refused" {
  command = plan
  variables {
    services = { all = { principal = "*", condition = { StringEquals = { "aws:SourceAccount" = ["111122223333"] } } } }
  }
  expect_failures = [var.services]
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    name                 = "aws/logs"
    description          = ""
    granted_roles        = ["*"]
    verifiers            = ["*"]
    deletion_window_days = 3
  }
  expect_failures = [var.name, var.description, var.granted_roles, var.verifiers, var.deletion_window_days]
}
