mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  name               = "shop-prod"
  kubernetes_version = "1.33"
  subnet_ids         = { us-east-1a = "subnet-0a1", us-east-1b = "subnet-0b1" }
  security_group_ids = ["sg-0123456789abcdef0"]
  secrets_key_arn    = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  log_key_arn        = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  access_entries = {
    read = {
      principal_arn     = "arn:aws:iam::111122223333:role/shop-prod-read"
      kubernetes_groups = ["quarterdeck:read"]
    }
    break_glass = {
      principal_arn       = "arn:aws:iam::111122223333:role/shop-prod-break-glass"
      policy_associations = { admin = { policy_arn = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy" } }
    }
    deploy = {
      principal_arn       = "arn:aws:iam::111122223333:role/shop-prod-deploy"
      policy_associations = { edit = { policy_arn = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy", namespaces = ["app"] } }
    }
  }
}

run "the_endpoint_is_private_and_only_private" {
  command = plan

  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_public_access == false
    error_message = "The endpoint of the cluster is open to the internet."
  }

  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_private_access == true
    error_message = "The cluster has no private endpoint: nobody could reach it."
  }

  assert {
    condition     = length(aws_eks_cluster.this.vpc_config[0].subnet_ids) == 2
    error_message = "The control plane is not in every zone that was named."
  }
}

run "secrets_are_encrypted_with_our_key" {
  command = plan

  assert {
    condition = (
      contains(aws_eks_cluster.this.encryption_config[0].resources, "secrets") &&
      aws_eks_cluster.this.encryption_config[0].provider[0].key_arn == var.secrets_key_arn
    )
    error_message = "Kubernetes secrets are not encrypted with the key that was given."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.secrets_key.policy).Statement[0].Resource == var.secrets_key_arn
    error_message = "The cluster's role may use other keys than that of its secrets."
  }
}

run "eks_may_take_the_clusters_role" {
  command = plan

  assert {
    condition = jsondecode(aws_iam_role.cluster.assume_role_policy).Statement == [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "eks.amazonaws.com" }
    }]
    error_message = "EKS cannot take the role, or something else can."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.secrets_key.policy).Statement[0].Effect == "Allow"
    error_message = "The cluster could not read its own secrets."
  }
}

run "every_log_of_the_control_plane_is_kept_under_a_key" {
  command = plan

  assert {
    condition     = length(aws_eks_cluster.this.enabled_cluster_log_types) == 5
    error_message = "Not all five logs of the control plane are on."
  }

  assert {
    condition = (
      aws_cloudwatch_log_group.control_plane.name == "/aws/eks/shop-prod/cluster" &&
      aws_cloudwatch_log_group.control_plane.retention_in_days == 365 &&
      aws_cloudwatch_log_group.control_plane.kms_key_id == var.log_key_arn &&
      aws_cloudwatch_log_group.control_plane.skip_destroy
    )
    error_message = "EKS would make the group itself, without key and end, or the audit log would end with its cluster."
  }
}

run "access_is_by_entries_alone" {
  command = plan

  assert {
    condition = (
      aws_eks_cluster.this.access_config[0].authentication_mode == "API" &&
      aws_eks_cluster.this.access_config[0].bootstrap_cluster_creator_admin_permissions == false
    )
    error_message = "Whoever makes the cluster would stay its administrator, or the aws-auth ConfigMap would count."
  }

  assert {
    condition     = aws_eks_access_entry.this["read"].kubernetes_groups == toset(["quarterdeck:read"])
    error_message = "The on-call engineer's role is not bound to the group of our own."
  }

  assert {
    condition     = length(aws_eks_access_policy_association.this) == 2
    error_message = "A policy is associated with who did not ask for one."
  }

  assert {
    condition     = aws_eks_access_policy_association.this["break_glass/admin"].access_scope[0].type == "cluster"
    error_message = "Break-glass does not reach the whole cluster."
  }

  assert {
    condition = (
      aws_eks_access_policy_association.this["deploy/edit"].access_scope[0].type == "namespace" &&
      aws_eks_access_policy_association.this["deploy/edit"].access_scope[0].namespaces == toset(["app"])
    )
    error_message = "A policy for one namespace reaches further."
  }
}

run "add_ons_come_from_us_and_not_by_themselves" {
  command = plan

  assert {
    condition     = !aws_eks_cluster.this.bootstrap_self_managed_addons
    error_message = "A CNI of AWS's own making would run that Terraform does not know."
  }
}

run "the_cluster_survives_a_zone_and_a_slip" {
  command = plan

  assert {
    condition     = aws_eks_cluster.this.zonal_shift_config[0].enabled
    error_message = "ARC cannot shift the cluster out of a zone."
  }

  assert {
    condition     = aws_eks_cluster.this.deletion_protection
    error_message = "EKS would delete the cluster when asked."
  }
}

run "a_copy_leaves_no_logs_that_the_next_of_its_number_would_meet" {
  command = plan
  variables {
    deletion_protection = false
  }

  assert {
    condition     = !aws_cloudwatch_log_group.control_plane.skip_destroy && !aws_cloudwatch_log_group.control_plane.deletion_protection_enabled && !aws_eks_cluster.this.deletion_protection
    error_message = "A copy of the same number could not be made again."
  }
}
