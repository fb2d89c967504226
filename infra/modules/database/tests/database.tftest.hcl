mock_provider "aws" { source = "../../tests/mocks" }

variables {
  name       = "shop-prod"
  subnet_ids = { us-east-1a = "subnet-0a1", us-east-1b = "subnet-0b1" }
  secrets    = { database = "User and password of the database" }
  key_arn    = "arn:aws:kms:us-east-1:111122223333:key/1"
}

run "databases_stand_in_every_zone" {
  assert {
    condition     = aws_db_subnet_group.this.subnet_ids == toset(["subnet-0a1", "subnet-0b1"])
    error_message = "A zone is left out."
  }
}

run "a_secret_is_encrypted_can_be_had_back_and_stays_in_the_account" {
  assert {
    condition = (
      aws_secretsmanager_secret.this["database"].kms_key_id == var.key_arn && aws_secretsmanager_secret.this["database"].recovery_window_in_days == 30 &&
      aws_secretsmanager_secret.this["database"].name == "shop-prod/database"
    )
    error_message = "A secret is under another key, or lost with a mistake."
  }

  assert {
    condition = (
      aws_secretsmanager_secret_policy.this["database"].block_public_policy &&
      jsondecode(aws_secretsmanager_secret_policy.this["database"].policy).Statement[0].Effect == "Deny" &&
      jsondecode(aws_secretsmanager_secret_policy.this["database"].policy).Statement[0].Condition.StringNotEquals["aws:PrincipalAccount"] == "111122223333"
    )
    error_message = "Another account could read a secret."
  }
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    name                 = "S"
    subnet_ids           = { us-east-1a = "subnet-0a1" }
    secrets              = { "Big Secret" = "" }
    key_arn              = "alias/secrets"
    recovery_window_days = 3
  }
  expect_failures = [var.name, var.subnet_ids, var.secrets, var.key_arn, var.recovery_window_days]
}
