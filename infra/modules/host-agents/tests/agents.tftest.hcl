mock_provider "aws" { source = "../../tests/mocks" }

variables {
  role_name = "shop-prod-jump"
  agents = {
    log_group_arns = ["arn:aws:logs:us-east-1:111122223333:log-group:/shop-prod/hosts/journal"]
    mirror         = "shop-prod-mirror"
    mirror_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1"
  }
}

run "a_host_logs_and_reads_the_mirror_and_no_more" {
  assert {
    condition = toset(flatten([for statement in jsondecode(aws_iam_role_policy.agents.policy).Statement : statement.Action])) == toset([
      "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams", "cloudwatch:PutMetricData",
      "ec2:DescribeTags", "s3:GetObject", "s3:ListBucket", "kms:Decrypt",
    ])
    error_message = "The host's role may do something that its agents do not need."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.agents.policy).Statement : can(statement.Condition) if statement.Resource == "*" && statement.Action != "ec2:DescribeTags"
    ])
    error_message = "A statement holds for everything, without a condition."
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.agents.policy).Statement : statement.Resource if statement.Sid == "Mirror"
    ]) == ["arn:aws:s3:::shop-prod-mirror/clamav/*", "arn:aws:s3:::shop-prod-mirror/ssh/*"]
    error_message = "A host reads of the mirror what it does not need."
  }
}

run "what_agents_need_is_allowed_and_no_wider" {
  assert {
    condition     = alltrue([for statement in jsondecode(aws_iam_role_policy.agents.policy).Statement : statement.Effect == "Allow"])
    error_message = "A host is denied what its agents need."
  }

  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.agents.policy).Statement : statement.Sid => jsonencode(statement.Condition) if can(statement.Condition)
      } == {
      Metrics    = jsonencode({ StringEquals = { "cloudwatch:namespace" = "Estate/Hosts" } })
      MirrorList = jsonencode({ StringLike = { "s3:prefix" = ["clamav/*", "ssh/*"] } })
      MirrorKey  = jsonencode({ StringLike = { "kms:EncryptionContext:aws:s3:arn" = ["arn:aws:s3:::shop-prod-mirror", "arn:aws:s3:::shop-prod-mirror/*"] } })
    }
    error_message = "A condition is gone: the host lists, decrypts or measures more than its own."
  }
}

run "session_manager_reaches_the_host" {
  assert {
    condition     = endswith(aws_iam_role_policy_attachment.session_manager.policy_arn, ":policy/AmazonSSMManagedInstanceCore")
    error_message = "Patches and sessions would not reach the host."
  }
}

run "a_host_that_logs_nowhere_is_refused" {
  command = plan
  variables {
    role_name = ""
    agents    = { log_group_arns = [], mirror = "shop-prod-mirror", mirror_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1" }
  }
  expect_failures = [var.role_name, var.agents]
}

run "a_mirror_that_is_no_bucket_is_refused" {
  command = plan
  variables {
    agents = {
      log_group_arns = ["arn:aws:logs:us-east-1:111122223333:log-group:/a"]
      mirror         = "s3://shop"
      mirror_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1"
    }
  }
  expect_failures = [var.agents]
}

run "an_alias_is_no_key" {
  command = plan
  variables {
    agents = { log_group_arns = ["arn:aws:logs:us-east-1:111122223333:log-group:/a"], mirror = "shop-prod-mirror", mirror_key_arn = "alias/x" }
  }
  expect_failures = [var.agents]
}
