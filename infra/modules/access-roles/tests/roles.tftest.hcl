mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  name           = "shop-prod"
  regions        = ["us-east-2", "us-west-2"]
  engineers      = ["arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_OnCall_0123456789abcdef"]
  administrators = ["arn:aws:iam::111122223333:role/admin-one", "arn:aws:iam::111122223333:role/admin-two"]
  state = {
    bucket  = "shop-prod-state"
    key_arn = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  }
}

run "reading_never_writes" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for document in values(local.read) : [
        for statement in jsondecode(document).Statement : [
          for action in flatten([statement.Action]) : can(regex(
            ":(Describe|Get|List|Lookup|Search|Filter|Batch|StartQuery|StopQuery|StartLiveTail|StopLiveTail|AccessKubernetesApi|SendSSHPublicKey|Decrypt)",
            action
          ))
        ] if statement.Effect == "Allow"
      ]
    ]))
    error_message = "The role for reading may change something."
  }

  assert {
    condition = length(setsubtract(
      ["secretsmanager:GetSecretValue", "ec2:GetPasswordData", "ec2:DescribeLaunchTemplateVersions"],
      one([for statement in jsondecode(local.read["logs"]).Statement : statement.Action if statement.Effect == "Deny"])
    )) == 0
    error_message = "The role for reading sees secrets."
  }

  assert {
    condition     = toset(keys(aws_iam_role_policy_attachment.read)) == toset(["read-estate", "read-logs"])
    error_message = "The role for reading has another policy than its own two."
  }
}

run "reading_reaches_the_ledger_and_not_the_state" {
  command = plan

  assert {
    condition = one([
      for statement in jsondecode(local.read["logs"]).Statement : statement.Resource if try(statement.Sid, "") == "Ledger"
    ]) == "arn:aws:s3:::shop-prod-state/ledger/*"
    error_message = "The role for reading reads Terraform's state, secrets included, or not the ledger."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(local.read["estate"]).Statement : !anytrue([for action in flatten([statement.Action]) : startswith(action, "s3:")])
    ])
    error_message = "The role for reading reads other buckets."
  }
}

run "a_host_lets_in_only_who_is_on_call_and_only_our_hosts" {
  command = plan

  assert {
    condition = one([
      for statement in jsondecode(local.read["logs"]).Statement : statement.Condition if try(statement.Sid, "") == "HostLogin"
      ]) == {
      StringLike   = { "aws:ResourceTag/quarterdeck:estate" = ["shop-prod", "shop-prod-*"] }
      StringEquals = { "ec2:osuser" = "oncall" }
    }
    error_message = "A key could be pushed for another user, or to another estate's host."
  }
}

run "acting_is_on_our_own_things" {
  command = plan

  assert {
    condition = alltrue([
      for statement in jsondecode(local.act).Statement :
      try(statement.Condition.StringLike["aws:ResourceTag/quarterdeck:estate"][0], "") == "shop-prod" ||
      contains(["CommandDocuments", "OwnCommands", "OwnSessions", "Images"], statement.Sid)
    ])
    error_message = "The role for acting reaches what is not this estate's."
  }

  assert {
    condition = alltrue(flatten([
      for statement in jsondecode(local.act).Statement : [
        for action in flatten([statement.Action]) : !can(regex("\\*|:(Create|Delete|Put|Modify|Authorize|Revoke|Attach|Detach)", action))
      ]
    ]))
    error_message = "The role for acting changes what Terraform owns."
  }

  assert {
    condition     = aws_iam_role.act.max_session_duration == 3600
    error_message = "Going up to act does not end within the hour."
  }
}

run "people_show_a_second_factor" {
  command = plan

  assert {
    condition = alltrue([
      for trust in values(local.trust_people) :
      jsondecode(trust).Statement[0].Condition.Bool["aws:MultiFactorAuthPresent"] == "true"
    ])
    error_message = "A stolen password is enough to take a role."
  }
}

run "nobody_can_be_trusted_by_the_whole_account" {
  command = plan

  assert {
    condition = alltrue([
      for statement in concat([for trust in values(local.trust_people) : jsondecode(trust).Statement[0]], jsondecode(aws_iam_role.deploy.assume_role_policy).Statement) :
      !strcontains(jsonencode(statement.Principal), ":root") || try(statement.Condition.ArnLike["aws:PrincipalArn"] == "arn:aws:iam::111122223333:role/shop-prod-runner-deploy-*", false)
    ])
    error_message = "A person's role trusts the whole account."
  }

  assert {
    condition = (
      jsondecode(local.trust_runner).Statement[0].Condition.ArnLike["aws:PrincipalArn"] ==
      "arn:aws:iam::111122223333:role/shop-prod-runner-*"
    )
    error_message = "Something else than the runner could become the pipeline."
  }
}

run "the_deployer_trusts_no_runner_but_the_one_that_deploys" {
  command = plan

  assert {
    condition = [
      for statement in jsondecode(aws_iam_role.deploy.assume_role_policy).Statement : statement.Condition.ArnLike["aws:PrincipalArn"] if can(statement.Condition.ArnLike)
    ] == ["arn:aws:iam::111122223333:role/shop-prod-runner-deploy-*"]
    error_message = "A job of any runner could change the infrastructure."
  }
}

run "the_image_is_pulled_from_the_environment_before_and_not_pushed_there" {
  command = plan
  variables {
    environment_before = { account_id = "222233334444", name = "shop-test" }
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.pipeline.policy).Statement : statement if strcontains(jsonencode(statement.Resource), "222233334444")] == [{
      Sid      = "ImagesOfTheEnvironmentBefore"
      Effect   = "Allow"
      Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      Resource = "arn:aws:ecr:*:222233334444:repository/shop-test/app"
    }]
    error_message = "The release could not take its image, or writes where it only reads."
  }
}

run "where_the_image_is_built_nothing_is_pulled_from_others" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for statement in jsondecode(aws_iam_role_policy.pipeline.policy).Statement : [
        for resource in flatten([statement.Resource]) : !startswith(resource, "arn:aws:ecr:") || resource == "arn:aws:ecr:*:111122223333:repository/shop-prod/*"
      ]
    ]))
    error_message = "The pipeline pulls from an environment that comes before the first."
  }
}

run "every_role_but_break_glass_bears_the_boundary" {
  command = plan

  override_resource {
    target          = aws_iam_policy.boundary
    override_during = plan
    values          = { arn = "arn:aws:iam::111122223333:policy/shop-prod-boundary" }
  }

  assert {
    condition = alltrue([
      for role in [aws_iam_role.read, aws_iam_role.act, aws_iam_role.deploy, aws_iam_role.pipeline] :
      role.permissions_boundary == aws_iam_policy.boundary.arn
    ])
    error_message = "A role does not bear the boundary."
  }

  assert {
    condition     = aws_iam_role.break_glass.permissions_boundary == null
    error_message = "Break-glass is held by what it is there to mend."
  }
}

run "the_deployer_makes_only_roles_like_itself" {
  command = plan

  assert {
    condition = one([
      for statement in jsondecode(local.deploy).Statement : statement.Condition.StringEquals["iam:PermissionsBoundary"]
      if statement.Sid == "RolesUnderTheBoundary"
    ]) == "arn:aws:iam::111122223333:policy/shop-prod-boundary"
    error_message = "The deployer can make a role that is stronger than itself."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(local.deploy).Statement : alltrue([
        for resource in flatten([statement.Resource]) : can(regex("(/shop-prod-\\*|aws-service-role/\\*)$", resource))
      ]) if anytrue([for action in flatten([statement.Action]) : can(regex("^iam:[^GL]", action))])
    ])
    error_message = "The deployer changes roles that are not this estate's."
  }

  assert {
    condition = one([
      for statement in jsondecode(local.deploy).Statement : statement.Condition.StringEquals["aws:RequestedRegion"] if statement.Sid == "Regional"
    ]) == ["us-east-2", "us-west-2"]
    error_message = "The deployer works in other regions."
  }
}

run "the_boundary_keeps_the_watch_and_itself" {
  command = plan

  assert {
    condition = length(setsubtract(
      ["cloudtrail:StopLogging", "guardduty:DeleteDetector", "config:StopConfigurationRecorder", "iam:CreateAccessKey",
      "iam:DeleteRolePermissionsBoundary", "iam:CreatePolicyVersion", "s3:DeleteObjectVersion"],
      flatten([for statement in jsondecode(local.boundary).Statement : statement.Action if statement.Effect == "Deny" && can(statement.Action)])
    )) == 0
    error_message = "A role could stop the watch, take off its boundary, or make a key that lives for ever."
  }

  assert {
    condition = alltrue([
      for role in ["read", "act", "deploy", "pipeline", "break-glass"] : contains(one([
        for statement in jsondecode(local.boundary).Statement : statement.Resource if statement.Sid == "NobodyChangesRolesOfPeople"
      ]), "arn:aws:iam::111122223333:role/shop-prod-${role}")
    ])
    error_message = "The deployer could give itself, or an engineer, more than it has."
  }

  assert {
    condition = one([
      for statement in jsondecode(local.boundary).Statement : statement.Condition.StringNotEquals["aws:RequestedRegion"] if statement.Sid == "OwnRegions"
    ]) == ["us-east-1", "us-east-2", "us-west-2"]
    error_message = "The boundary lets other regions be used."
  }
}

run "the_deployer_makes_secrets_and_reads_none" {
  command = plan

  assert {
    condition = { for statement in jsondecode(local.deploy).Statement : statement.Sid => statement.Effect } == {
      Regional       = "Allow", Global = "Allow", IamRead = "Allow", RolesUnderTheBoundary = "Allow", OwnNames = "Allow", PassOwnRoles = "Allow",
      NoSecretValues = "Deny", ServiceRoles = "Allow",
    }
    error_message = "The deployer is denied what it is for, or reads the values of secrets."
  }

  assert {
    condition     = contains(one([for statement in jsondecode(local.deploy).Statement : statement.Action if statement.Sid == "NoSecretValues"]), "secretsmanager:GetSecretValue")
    error_message = "The deployer reads the values of secrets."
  }
}

run "roles_are_allowed_what_they_are_for" {
  command = plan

  assert {
    condition = alltrue([
      for document in concat([local.act, local.pipeline, local.trust_deploy, local.trust_runner, local.trust_deploying_runner], values(local.trust_people)) : alltrue([
        for statement in jsondecode(document).Statement : statement.Effect == "Allow"
      ])
    ])
    error_message = "A role is denied what it is for."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(local.boundary).Statement : statement.Effect == (statement.Sid == "Ceiling" ? "Allow" : "Deny")
    ])
    error_message = "The boundary lets something through that it is there to stop."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(local.pipeline).Statement : can(statement.Condition) || contains(["RegistryLogin", "Findings", "GateMetrics"], statement.Sid) || alltrue([
        for resource in flatten([statement.Resource]) : strcontains(resource, "shop-prod") || endswith(resource, ":alarm:*")
      ])
    ])
    error_message = "The pipeline reaches what is not this estate's."
  }
}

run "iam_takes_documents_of_this_length" {
  command = plan

  assert {
    condition     = alltrue([for document in concat([local.boundary, local.deploy, local.act], values(local.read)) : length(document) <= 6144])
    error_message = "A managed policy is longer than the 6144 characters that IAM takes."
  }
}

run "identity_center_does_not_tell_sts_of_the_factor" {
  command = plan
  variables {
    require_mfa = false
  }

  assert {
    condition     = alltrue([for trust in values(local.trust_people) : !can(jsondecode(trust).Statement[0].Condition)])
    error_message = "With Identity Center nobody could take a role."
  }
}
