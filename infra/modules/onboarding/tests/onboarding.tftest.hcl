mock_provider "aws" { source = "../../tests/mocks" }

variables {
  name                 = "shop-prod"
  engineer             = "alice"
  principal_arn        = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Guest_0123456789abcdef"
  session_name         = "alice@example.com"
  role_here            = true
  cluster_name         = "shop-prod-us-east-1"
  permissions_boundary = "arn:aws:iam::111122223333:policy/shop-prod-boundary"
  vpn                  = { endpoint_id = "cvpn-endpoint-1", group_id = "guests", cidrs = { bastions = "10.33.4.0/22" } }
}

run "who_comes_gets_vpn_hosts_and_cluster" {
  assert {
    condition     = toset([for attachment in values(aws_iam_role_policy_attachment.this) : attachment.policy_arn]) == toset(["arn:aws:iam::111122223333:policy/shop-prod-read-estate", "arn:aws:iam::111122223333:policy/shop-prod-read-logs"])
    error_message = "The engineer may do more or less than on call."
  }

  assert {
    condition = (
      aws_eks_access_entry.this["this"].principal_arn == "arn:aws:iam::111122223333:role/shop-prod-engineer-alice" &&
      aws_eks_access_entry.this["this"].kubernetes_groups == toset(["quarterdeck:read"])
    )
    error_message = "The cluster does not know the engineer, or lets the engineer do more than read."
  }

  assert {
    condition     = aws_ec2_client_vpn_authorization_rule.this["bastions"].access_group_id == "guests" && aws_ec2_client_vpn_authorization_rule.this["bastions"].target_network_cidr == "10.33.4.0/22"
    error_message = "The VPN lets somebody else in, or further."
  }

  assert {
    condition     = aws_iam_role.this["this"].permissions_boundary == var.permissions_boundary
    error_message = "The role is not held by the boundary."
  }
}

run "nobody_who_shares_the_principal_takes_the_role" {
  assert {
    condition     = jsondecode(aws_iam_role.this["this"].assume_role_policy).Statement[0].Condition.StringLike["aws:userid"] == "*:alice@example.com"
    error_message = "Everybody of the directory's role could be alice."
  }
}

run "who_acts_has_the_group_and_an_hour" {
  variables {
    level = "act"
  }

  assert {
    condition = (
      contains(aws_eks_access_entry.this["this"].kubernetes_groups, "quarterdeck:act") && contains(keys(aws_iam_role_policy_attachment.this), "act") &&
      aws_iam_role.this["this"].max_session_duration == 3600
    )
    error_message = "Who acts cannot, or can for a whole day."
  }
}

run "an_end_comes_by_itself" {
  variables {
    expires_on = "2027-03-31T18:00:00Z"
  }

  assert {
    condition = (
      jsondecode(aws_iam_role_policy.endings["this"].policy).Statement[0].Effect == "Deny" &&
      jsondecode(aws_iam_role_policy.endings["this"].policy).Statement[0].Condition.DateGreaterThan["aws:CurrentTime"] == "2027-03-31T18:00:00Z"
    )
    error_message = "A guest stays beyond the end."
  }
}

run "who_has_left_is_out_at_once_everywhere" {
  variables {
    active         = false
    revoked_before = "2026-12-01T09:00:00Z"
  }

  assert {
    condition     = length(aws_eks_access_entry.this) + length(aws_ec2_client_vpn_authorization_rule.this) == 0
    error_message = "The cluster or the VPN still lets the engineer in."
  }

  assert {
    condition     = jsondecode(aws_iam_role.this["this"].assume_role_policy).Statement[0].Effect == "Deny"
    error_message = "The engineer can still take the role."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.endings["this"].policy).Statement[0].Condition.DateLessThan["aws:TokenIssueTime"] == "2026-12-01T09:00:00Z"
    error_message = "A session that is open goes on for hours."
  }

  assert {
    condition     = length(output.kubernetes_groups) == 0
    error_message = "The engineer is said to be in groups of the cluster."
  }
}

run "every_ending_denies_everything" {
  variables {
    expires_on     = "2027-03-31T18:00:00Z"
    revoked_before = "2026-12-01T09:00:00Z"
  }

  assert {
    condition = length(jsondecode(aws_iam_role_policy.endings["this"].policy).Statement) == 2 && alltrue([
      for statement in jsondecode(aws_iam_role_policy.endings["this"].policy).Statement :
      statement.Effect == "Deny" && statement.Action == "*" && statement.Resource == "*"
    ])
    error_message = "An ending lets something through."
  }
}

run "other_regions_use_the_one_role" {
  variables {
    role_here = false
  }

  assert {
    condition     = length(aws_iam_role.this) + length(aws_iam_role_policy_attachment.this) == 0 && length(aws_eks_access_entry.this) == 1
    error_message = "The role would be made twice, or the region's cluster does not know it."
  }
}

run "leaving_without_a_moment_is_refused" {
  command = plan
  variables {
    active = false
  }
  expect_failures = [var.active]
}

run "a_vpn_that_leads_to_everything_is_refused" {
  command = plan
  variables {
    vpn = { endpoint_id = "cvpn-endpoint-1", group_id = "guests", cidrs = { all = "10.0.0.0/8" } }
  }
  expect_failures = [var.vpn]
}

run "a_vpn_without_a_group_is_refused" {
  command = plan
  variables {
    vpn = { endpoint_id = "cvpn-endpoint-1", group_id = "", cidrs = {} }
  }
  expect_failures = [var.vpn]
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    name                 = "S"
    engineer             = "Alice B"
    principal_arn        = "arn:aws:iam::111122223333:root"
    session_name         = "a b"
    level                = "admin"
    expires_on           = "tomorrow"
    revoked_before       = "yesterday"
    cluster_name         = ""
    permissions_boundary = "boundary"
  }
  expect_failures = [
    var.name, var.engineer, var.principal_arn, var.session_name, var.level, var.expires_on, var.revoked_before, var.cluster_name,
    var.permissions_boundary,
  ]
}
