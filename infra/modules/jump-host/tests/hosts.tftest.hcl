mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  name                   = "shop-prod"
  subnet_ids             = { us-east-1a = "subnet-0a1", us-east-1b = "subnet-0b1" }
  vpc_security_group_ids = ["sg-0123456789abcdef0"]
  image_id               = "ami-0123456789abcdef0"
  volume_key_arn         = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  agents = {
    log_group_arns = ["arn:aws:logs:us-east-1:111122223333:log-group:/shop-prod/hosts/journal"]
    mirror         = "shop-prod-mirror"
    mirror_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  }
}

run "each_zone_has_one_host_that_comes_back" {
  command = plan

  assert {
    condition     = toset(keys(aws_autoscaling_group.jump)) == toset(["us-east-1a", "us-east-1b"])
    error_message = "A zone has no jump host."
  }

  assert {
    condition = alltrue([
      for zone, group in aws_autoscaling_group.jump :
      group.min_size == 1 && group.max_size == 1 && toset(group.vpc_zone_identifier) == toset([var.subnet_ids[zone]])
    ])
    error_message = "A zone has not just one host, in its own subnet."
  }

  assert {
    condition     = alltrue([for group in values(aws_autoscaling_group.jump) : group.max_instance_lifetime <= 2592000])
    error_message = "A host would live longer than a month."
  }

  assert {
    condition     = alltrue([for group in values(aws_autoscaling_group.jump) : group.instance_maintenance_policy[0].min_healthy_percentage == 100])
    error_message = "While a host is replaced there would be none."
  }
}

run "hosts_are_shut_encrypted_and_found" {
  command = plan

  assert {
    condition     = aws_launch_template.jump.metadata_options[0].http_tokens == "required"
    error_message = "The metadata service answers without a token."
  }

  assert {
    condition = alltrue([
      for device in aws_launch_template.jump.block_device_mappings :
      device.ebs[0].encrypted == "true" && device.ebs[0].kms_key_id == var.volume_key_arn
    ])
    error_message = "A volume is not encrypted with our key."
  }

  assert {
    condition     = aws_launch_template.jump.key_name == null && length(aws_launch_template.jump.network_interfaces) == 0
    error_message = "A key pair that lives for ever, or a public address, opens the host."
  }

  assert {
    condition = alltrue([
      for group in values(aws_autoscaling_group.jump) : contains([
        for tag in group.tag : tag.value if tag.key == "quarterdeck:role" && tag.propagate_at_launch
      ], "jump")
    ])
    error_message = "The console would not find the host."
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

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    name                   = "S"
    vpc_security_group_ids = []
    image_id               = "latest"
    instance_type          = "small"
    volume_size_gib        = 4
    volume_key_arn         = "alias/aws/ebs"
    agents                 = { log_group_arns = [], mirror = "shop", mirror_key_arn = "" }
    permissions_boundary   = "boundary"
  }
  expect_failures = [
    var.name, var.vpc_security_group_ids, var.image_id, var.instance_type, var.volume_size_gib, var.volume_key_arn,
    var.agents, var.permissions_boundary,
  ]
}
