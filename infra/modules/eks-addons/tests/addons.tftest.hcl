mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  cluster_name = "shop-prod"
  addons = {
    vpc-cni = {
      addon_version             = "v1.20.4-eksbuild.1"
      configuration_values      = "{\"enableNetworkPolicy\":\"true\"}"
      pod_identity_associations = { aws-node = "arn:aws:iam::111122223333:role/shop-prod-cni" }
    }
    kube-proxy = {}
  }
}

run "every_addon_is_installed_and_stays_when_given_up" {
  command = plan

  assert {
    condition     = toset(keys(aws_eks_addon.this)) == toset(["vpc-cni", "kube-proxy"])
    error_message = "Not just the add-ons that were asked for are installed."
  }

  assert {
    condition     = alltrue([for addon in values(aws_eks_addon.this) : addon.preserve])
    error_message = "Giving up an add-on would take its pods away."
  }

  assert {
    condition     = one(aws_eks_addon.this["vpc-cni"].pod_identity_association).service_account == "aws-node"
    error_message = "The CNI does not get its role by Pod Identity."
  }

  assert {
    condition     = length(aws_eks_addon.this["kube-proxy"].pod_identity_association) == 0
    error_message = "An add-on got a role that it did not ask for."
  }
}

run "an_addon_does_not_undo_what_a_person_set" {
  command = plan

  assert {
    condition     = alltrue([for addon in values(aws_eks_addon.this) : addon.resolve_conflicts_on_update == "PRESERVE"])
    error_message = "An update of an add-on would overwrite values that were set by hand."
  }
}

run "a_cni_that_enforces_no_policy_is_refused" {
  command = plan
  variables {
    addons = { vpc-cni = {} }
  }
  expect_failures = [var.addons]
}

run "configuration_that_is_not_json_is_refused" {
  command = plan
  variables {
    addons = { coredns = { configuration_values = "replicaCount: 3" } }
  }
  expect_failures = [var.addons]
}

run "a_version_that_aws_does_not_write_so_is_refused" {
  command = plan
  variables {
    addons = { coredns = { addon_version = "latest" } }
  }
  expect_failures = [var.addons]
}

run "a_role_that_is_none_is_refused" {
  command = plan
  variables {
    addons = { coredns = { pod_identity_associations = { coredns = "coredns" } } }
  }
  expect_failures = [var.addons]
}

run "an_empty_cluster_name_is_refused" {
  command = plan
  variables {
    cluster_name = ""
  }
  expect_failures = [var.cluster_name]
}

run "who_waits_for_the_add_ons_takes_the_clusters_name_from_them" {
  command = plan

  assert {
    condition     = output.cluster_name == "shop-prod"
    error_message = "The name is another cluster's."
  }
}
