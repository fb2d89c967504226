mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  name            = "shop-prod-fluent-bit"
  description     = "Fluent Bit ships the logs of its pod"
  cluster_arn     = "arn:aws:eks:us-east-1:111122223333:cluster/shop-prod"
  cluster_name    = "shop-prod"
  service_account = { namespace = "app", name = "web" }
  statements = [{
    actions   = ["logs:PutLogEvents"]
    resources = ["arn:aws:logs:us-east-1:111122223333:log-group:/shop-prod/app:*"]
    condition = { StringEquals = { "aws:RequestedRegion" = ["us-east-1"] } }
  }]
}

run "only_pods_of_this_cluster_take_the_role" {
  command = plan

  assert {
    condition = (
      jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Principal.Service == "pods.eks.amazonaws.com" &&
      jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Condition.ArnEquals["aws:SourceArn"] == var.cluster_arn &&
      jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "111122223333"
    )
    error_message = "Another cluster's pods, or something that is no pod, could take the role."
  }
}

run "the_policy_is_what_was_asked_for" {
  command = plan

  assert {
    condition     = jsondecode(aws_iam_role_policy.this["own"].policy).Statement[0].Action == ["logs:PutLogEvents"]
    error_message = "The role may do more or less than was asked for."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.this["own"].policy).Statement[0].Condition.StringEquals["aws:RequestedRegion"] == ["us-east-1"]
    error_message = "The condition of a statement got lost."
  }

  assert {
    condition = (
      aws_eks_pod_identity_association.this["this"].namespace == "app" &&
      aws_eks_pod_identity_association.this["this"].service_account == "web" &&
      aws_eks_pod_identity_association.this["this"].cluster_name == "shop-prod"
    )
    error_message = "The role goes to another service account."
  }
}

run "what_was_asked_for_is_allowed_and_held" {
  command = plan
  variables {
    permissions_boundary = "arn:aws:iam::111122223333:policy/shop-prod-boundary"
  }

  assert {
    condition = (
      jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Effect == "Allow" &&
      jsondecode(aws_iam_role_policy.this["own"].policy).Statement[0].Effect == "Allow" &&
      jsondecode(aws_iam_role_policy.this["own"].policy).Statement[0].Resource == ["arn:aws:logs:us-east-1:111122223333:log-group:/shop-prod/app:*"]
    )
    error_message = "A pod is denied what it needs, or allowed it elsewhere."
  }

  assert {
    condition     = aws_iam_role.this.permissions_boundary == var.permissions_boundary
    error_message = "The role is not held by the boundary."
  }
}

run "an_addon_makes_its_association_itself" {
  command = plan
  variables {
    service_account = null
  }

  assert {
    condition     = length(aws_eks_pod_identity_association.this) == 0
    error_message = "Two associations would be made for one service account."
  }
}

run "a_role_without_permissions_is_refused" {
  command = plan
  variables {
    statements = []
  }
  expect_failures = [aws_iam_role.this]
}

run "a_whole_service_is_not_least_privilege" {
  command = plan
  variables {
    statements = [{ actions = ["s3:*"], resources = ["*"] }]
  }
  expect_failures = [var.statements]
}

run "full_access_is_refused" {
  command = plan
  variables {
    managed_policy_arns = ["arn:aws:iam::aws:policy/AmazonS3FullAccess"]
  }
  expect_failures = [var.managed_policy_arns]
}

run "a_policy_that_is_no_arn_is_refused" {
  command = plan
  variables {
    managed_policy_arns = ["ReadOnly"]
  }
  expect_failures = [var.managed_policy_arns]
}

run "names_that_are_none_are_refused" {
  command = plan
  variables {
    name                 = "a b"
    description          = ""
    cluster_arn          = "shop-prod"
    cluster_name         = ""
    service_account      = { namespace = "App", name = "web" }
    permissions_boundary = "boundary"
  }
  expect_failures = [var.name, var.description, var.cluster_arn, var.cluster_name, var.service_account, var.permissions_boundary]
}
