mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name               = "shop-test"
  role               = "bastion"
  subnet_ids         = { us-east-1a = "subnet-1", us-east-1b = "subnet-2" }
  security_group_ids = ["sg-1"]
  image_id           = "ami-0123456789abcdef0"
  instance_type      = "t3.micro"
  volume_key_arn     = "arn:aws:kms:us-east-1:111122223333:key/data"
  agents = {
    log_group_arns = ["arn:aws:logs:us-east-1:111122223333:log-group:/shop-test/hosts/journal"]
    mirror         = "shop-test-mirror"
    mirror_key_arn = "arn:aws:kms:us-east-1:111122223333:key/data"
  }
}

run "there_is_one_host_in_each_zone_and_it_comes_back_there" {
  assert {
    condition     = { for zone, one in aws_autoscaling_group.this : zone => [one.min_size, one.max_size, one(one.vpc_zone_identifier)] } == { us-east-1a = [1, 1, "subnet-1"], us-east-1b = [1, 1, "subnet-2"] }
    error_message = "Not a group of one in each zone."
  }
  assert {
    condition     = alltrue([for one in aws_autoscaling_group.this : one(one.instance_maintenance_policy).min_healthy_percentage == 100 && one.max_instance_lifetime <= 30 * 86400 && one(one(one.instance_refresh).preferences).auto_rollback])
    error_message = "A zone is without its host while it is replaced, or a host lives longer than a month, or an image that does not start stays."
  }
}

run "the_console_finds_a_bastion_by_its_tags" {
  assert {
    condition = alltrue([for one in aws_autoscaling_group.this : alltrue([for key, value in { "quarterdeck:role" = "bastion", "quarterdeck:vpc" = "security", "quarterdeck:estate" = "shop-test" } :
    contains([for tag in one.tag : "${tag.key}=${tag.value}" if tag.propagate_at_launch], "${key}=${value}")])])
    error_message = "What the group starts does not bear the tags that the console discovers by."
  }
  assert {
    condition     = alltrue([for one in aws_launch_template.this.tag_specifications : one.tags["quarterdeck:role"] == "bastion"])
    error_message = "What the template starts does not bear its role."
  }
}

run "a_jump_host_is_of_the_app_vpc" {
  variables {
    role = "jump"
  }
  assert {
    condition     = local.tags["quarterdeck:role"] == "jump" && local.tags["quarterdeck:vpc"] == "app" && startswith(aws_iam_role.this.name_prefix, "shop-test-jump-")
    error_message = "Jump hosts have the tags of bastions: ${jsonencode(local.tags)}"
  }
}

run "a_host_gives_nothing_away" {
  assert {
    condition     = one(aws_launch_template.this.metadata_options).http_tokens == "required" && one(aws_launch_template.this.network_interfaces).associate_public_ip_address == "false" && aws_launch_template.this.key_name == null
    error_message = "Metadata without a token, a public address, or a key pair."
  }
  assert {
    condition     = one(one(aws_launch_template.this.block_device_mappings).ebs).encrypted == "true" && one(one(aws_launch_template.this.block_device_mappings).ebs).kms_key_id == var.volume_key_arn
    error_message = "The volume is not encrypted with the estate's key."
  }
  assert {
    condition     = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Principal.Service == "ec2.amazonaws.com"
    error_message = "Others than hosts may take the hosts' role."
  }
}

run "the_longest_name_fits_into_a_roles_prefix" {
  variables {
    name = "abcdefghij-test-prxy-12345"
  }
  assert {
    condition     = length(aws_iam_role.this.name_prefix) <= 38
    error_message = "IAM takes a prefix of 38 characters, this has ${length(aws_iam_role.this.name_prefix)}."
  }
}

run "one_zone_is_refused" {
  command = plan
  variables {
    subnet_ids = { us-east-1a = "subnet-1" }
  }
  expect_failures = [var.subnet_ids]
}

run "keys_that_are_no_zones_are_refused" {
  command = plan
  variables {
    subnet_ids = { a = "subnet-1", b = "subnet-2" }
  }
  expect_failures = [var.subnet_ids]
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    name                 = "S"
    role                 = "node"
    security_group_ids   = []
    image_id             = ""
    instance_type        = "small"
    volume_key_arn       = "alias/aws/ebs"
    agents               = { log_group_arns = [], mirror = "shop", mirror_key_arn = "" }
    permissions_boundary = "boundary"
  }
  expect_failures = [
    var.name, var.role, var.security_group_ids, var.image_id, var.instance_type, var.volume_key_arn, var.agents, var.permissions_boundary,
  ]
}
