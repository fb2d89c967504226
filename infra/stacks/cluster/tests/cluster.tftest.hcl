mock_provider "aws" {
  source = "../../tests/mocks"

  mock_resource "aws_eks_cluster" {
    defaults = {
      endpoint              = "https://0123456789ABCDEF.gr7.us-east-1.eks.amazonaws.com"
      certificate_authority = [{ data = "Y2VydGlmaWNhdGU=" }]
      identity              = [{ oidc = [{ issuer = "https://oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF" }] }]
    }
  }
  mock_resource "aws_eks_node_group" {
    defaults = {
      node_group_name = "group"
      resources       = [{ autoscaling_groups = [{ name = "eks-group" }], remote_access_security_group_id = "" }]
    }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/shop-test" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:us-east-1:111122223333:log-group:/shop-test" }
  }
}

override_data {
  target = data.aws_ssm_parameter.global
  values = {
    insecure_value = "{\"keys\":{\"logs\":\"arn:aws:kms:us-east-1:111122223333:key/1\",\"data\":\"arn:aws:kms:us-east-1:111122223333:key/2\"},\"roles\":{\"read\":\"arn:aws:iam::111122223333:role/shop-test-read\",\"act\":\"arn:aws:iam::111122223333:role/shop-test-act\",\"deploy\":\"arn:aws:iam::111122223333:role/shop-test-deploy\",\"pipeline\":\"arn:aws:iam::111122223333:role/shop-test-pipeline\",\"break_glass\":\"arn:aws:iam::111122223333:role/shop-test-break-glass\"},\"permissions_boundary\":\"arn:aws:iam::111122223333:policy/shop-test-boundary\",\"private_ca\":\"arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/1\",\"agents\":{\"log_group_arns\":[\"arn:aws:logs:us-east-1:111122223333:log-group:/shop-test/hosts/journal\"],\"mirror\":\"shop-test-mirror\",\"mirror_key_arn\":\"arn:aws:kms:us-east-1:111122223333:key/2\"}}"
  }
}
override_data {
  target = data.aws_ssm_parameter.network
  values = {
    insecure_value = "{\"zones\":[\"us-east-1a\",\"us-east-1b\"],\"subnets\":{\"app\":{\"node\":{\"us-east-1a\":\"subnet-0a1\",\"us-east-1b\":\"subnet-0b1\"},\"jump\":{\"us-east-1a\":\"subnet-0a2\",\"us-east-1b\":\"subnet-0b2\"},\"database\":{\"us-east-1a\":\"subnet-0a3\",\"us-east-1b\":\"subnet-0b3\"}}}}"
  }
}
override_data {
  target = data.aws_ssm_parameter.perimeter
  values = { insecure_value = "{\"security_groups\":{\"control_plane\":\"sg-0c\",\"node\":\"sg-0d\",\"jump\":\"sg-0e\"}}" }
}
override_data {
  target = data.aws_ssm_parameter.image
  values = { insecure_value = "ami-0123456789abcdef0" }
}

variables {
  estate         = "shop"
  environment    = "test"
  region         = "us-east-1"
  primary_region = "us-east-1"
  regions = {
    us-east-1 = { block = "10.16.0.0/15", zones = ["us-east-1a", "us-east-1b"] }
    us-west-2 = { block = "10.18.0.0/15", zones = ["us-west-2a", "us-west-2b"] }
  }
  kubernetes_version = "1.34"
  nodes              = { instance_types = ["m7i.large"], min_size = 1, max_size = 3 }
}

run "each_zone_has_nodes_and_a_jump_host" {
  assert {
    condition = (
      keys(local.published.node_groups) == ["us-east-1a", "us-east-1b"] && keys(local.published.autoscaling_groups.jump) == ["us-east-1a", "us-east-1b"]
    )
    error_message = "A zone has no nodes, or no way to them."
  }
}

run "on_call_gets_groups_of_our_own_and_only_two_are_administrators" {
  assert {
    condition     = toset([for who, entry in local.access_entries : who if can(entry.policy_associations)]) == toset(["pipeline", "break_glass"])
    error_message = "Somebody else is administrator of the cluster, or nobody is when RBAC is broken."
  }

  assert {
    condition     = local.access_entries.read.kubernetes_groups == ["quarterdeck:read"] && contains(local.access_entries.act.kubernetes_groups, "quarterdeck:act")
    error_message = "On call is bound to other groups than platform binds."
  }
}

run "pods_get_roles_by_their_service_accounts" {
  assert {
    condition = toset([for identity in values(local.identities) : "${identity.service_account.namespace}/${identity.service_account.name}" if identity.service_account != null]) == toset([
      "kube-system/aws-load-balancer-controller", "kube-system/cluster-autoscaler", "cert-manager/aws-privateca-issuer", "node-logs/node-logs",
      "web/shop-app", "web/shop-proxy", "web/shop-synthetic",
    ])
    error_message = "A service account of platform or chart has no role, or a role goes to none of theirs."
  }

  assert {
    condition = alltrue(flatten([
      for identity in values(local.identities) : [
        for statement in identity.statements : [
          for action in statement.actions : can(regex(":(Describe|Get)", action)) || contains(keys(statement), "condition")
        ] if contains(statement.resources, "*")
      ]
    ]))
    error_message = "A pod may change anything, anywhere."
  }

  assert {
    condition     = [for name, identity in local.identities : name if anytrue([for statement in identity.statements : contains(statement.actions, "secretsmanager:GetSecretValue")])] == ["app"]
    error_message = "Something else than the app reads its secrets."
  }
}

run "collectors_find_their_log_groups" {
  assert {
    condition = length(setsubtract(
      [for kind in ["application", "host", "dataplane", "performance", "prometheus"] : "/aws/containerinsights/shop-test-us-east-1/${kind}"],
      values(local.published.log_groups)
    )) == 0
    error_message = "A collector would write to a group that is not there, and may not make it."
  }
}

run "a_copy_can_be_taken_down" {
  variables {
    copy = "pr-123"
  }

  assert {
    condition     = local.published.cluster.name == "shop-test-pr-123-us-east-1" && !local.original
    error_message = "A copy has its environment's name."
  }
}

run "prod_runs_on_capacity_that_stays" {
  command = plan
  variables {
    environment    = "prod"
    nodes          = { instance_types = ["m7i.large"], min_size = 1, max_size = 3, capacity_type = "SPOT" }
    addon_versions = { vpc-cni = "v1.20.4-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.0-eksbuild.4", eks-pod-identity-agent = "v1.3.9-eksbuild.3" }
  }
  expect_failures = [var.nodes]
}

run "prod_gets_no_version_that_test_did_not_have" {
  command = plan
  variables {
    environment = "prod"
  }
  expect_failures = [var.addon_versions]
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    kubernetes_version = "1.20"
    nodes              = { instance_types = ["m7i.large"], min_size = 3, max_size = 3 }
    jump_instance_type = "t3.micro"
    log_retention_days = 3
    app                = { namespace = "Web", release = "shop" }
    secrets            = { "Big Secret" = "x" }
  }
  expect_failures = [
    var.kubernetes_version, var.nodes, var.jump_instance_type, var.log_retention_days, var.app, var.secrets,
  ]
}

run "the_issuer_signs_certificates_of_hosts_and_of_no_authority" {
  command = plan

  assert {
    condition = flatten([
      for statement in local.identities["private-ca"].statements : try(statement.condition.StringLike["acm-pca:TemplateArn"], []) if contains(statement.actions, "acm-pca:IssueCertificate")
    ]) == ["arn:aws:acm-pca:::template/EndEntityCertificate/V*"]
    error_message = "The issuer asks for EndEntityCertificate (server and client auth, chart/templates/identity.yaml): it would be refused, or could make an authority."
  }
}
