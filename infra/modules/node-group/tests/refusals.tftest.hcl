mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  name = "shop-prod"
  cluster = {
    name                  = "shop-prod"
    endpoint              = "https://0123456789ABCDEF.gr7.us-east-1.eks.amazonaws.com"
    certificate_authority = "Y2VydGlmaWNhdGU="
    service_ipv4_cidr     = "172.20.0.0/16"
  }
  subnet_ids             = { us-east-1a = "subnet-0a1", us-east-1b = "subnet-0b1" }
  vpc_security_group_ids = ["sg-0123456789abcdef0"]
  image_id               = "ami-0123456789abcdef0"
  scaling                = { min_size = 1, max_size = 3 }
  volume_key_arn         = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  agents = {
    log_group_arns = ["arn:aws:logs:us-east-1:111122223333:log-group:/shop-prod/hosts/journal"]
    mirror         = "shop-prod-mirror"
    mirror_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  }
}

run "one_zone_is_refused" {
  command = plan
  variables {
    subnet_ids = { us-east-1a = "subnet-0a1" }
  }
  expect_failures = [var.subnet_ids]
}

run "keys_that_are_no_zones_are_refused" {
  command = plan
  variables {
    subnet_ids = { a = "subnet-0a1", b = "subnet-0b1" }
  }
  expect_failures = [var.subnet_ids]
}

run "a_cluster_without_tls_is_refused" {
  command = plan
  variables {
    cluster = { name = "shop", endpoint = "http://shop", certificate_authority = "", service_ipv4_cidr = "172.20.0.0/16" }
  }
  expect_failures = [var.cluster]
}

run "a_service_block_that_is_none_is_refused" {
  command = plan
  variables {
    cluster = { name = "shop", endpoint = "https://shop", certificate_authority = "", service_ipv4_cidr = "172.20.0.0" }
  }
  expect_failures = [var.cluster]
}

run "an_image_that_was_never_built_is_refused" {
  command = plan
  variables {
    image_id = "none"
  }
  expect_failures = [var.image_id]
}

run "two_architectures_are_refused" {
  command = plan
  variables {
    instance_types = ["m7i.large", "m7g.large"]
  }
  expect_failures = [var.instance_types]
}

run "an_instance_type_that_is_none_is_refused" {
  command = plan
  variables {
    instance_types = ["large"]
  }
  expect_failures = [var.instance_types]
}

run "a_group_that_cannot_scale_is_refused" {
  command = plan
  variables {
    scaling = { min_size = 2, max_size = 2 }
  }
  expect_failures = [var.scaling]
}

run "a_zone_without_a_node_is_refused" {
  command = plan
  variables {
    scaling = { min_size = 0, max_size = 2 }
  }
  expect_failures = [var.scaling]
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    name                   = "S"
    vpc_security_group_ids = []
    capacity_type          = "CHEAP"
    volume_size_gib        = 8
    volume_key_arn         = "alias/aws/ebs"
    agents                 = { log_group_arns = [], mirror = "shop", mirror_key_arn = "" }
    permissions_boundary   = "boundary"
  }
  expect_failures = [
    var.name, var.vpc_security_group_ids, var.capacity_type, var.volume_size_gib, var.volume_key_arn, var.agents,
    var.permissions_boundary,
  ]
}
