mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name               = "shop-test"
  subnet_ids         = { us-east-1a = "subnet-1", us-east-1b = "subnet-2" }
  security_group_ids = ["sg-1"]
  image_id           = "ami-0123456789abcdef0"
  volume_key_arn     = "arn:aws:kms:us-east-1:111122223333:key/data"
  agents = {
    log_group_arns = ["arn:aws:logs:us-east-1:111122223333:log-group:/shop-test/hosts/journal"]
    mirror         = "shop-test-mirror"
    mirror_key_arn = "arn:aws:kms:us-east-1:111122223333:key/data"
  }
}

run "there_is_one_bastion_in_each_zone_and_it_comes_back_there" {
  assert {
    condition     = { for zone, one in aws_autoscaling_group.this : zone => [one.min_size, one.max_size, one(one.vpc_zone_identifier)] } == { us-east-1a = [1, 1, "subnet-1"], us-east-1b = [1, 1, "subnet-2"] }
    error_message = "Not a group of one in each zone."
  }
  assert {
    condition     = alltrue([for one in aws_autoscaling_group.this : one(one.instance_maintenance_policy).min_healthy_percentage == 100 && one.max_instance_lifetime <= 45 * 86400])
    error_message = "A zone is without its bastion while it is replaced, or a host lives on and on."
  }
}

run "the_console_finds_a_bastion_by_its_tags" {
  assert {
    condition = alltrue([for one in aws_autoscaling_group.this : alltrue([for key, value in { "quarterdeck:role" = "bastion", "quarterdeck:vpc" = "security", "quarterdeck:estate" = "shop-test" } :
    contains([for tag in one.tag : "${tag.key}=${tag.value}" if tag.propagate_at_launch], "${key}=${value}")])])
    error_message = "What the group starts does not bear the tags that the console discovers by."
  }
}

run "a_bastion_gives_nothing_away" {
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

run "a_bastion_that_logs_nowhere_is_refused" {
  command = plan
  variables {
    agents = {
      log_group_arns = []
      mirror         = "shop-test-mirror"
      mirror_key_arn = "arn:aws:kms:us-east-1:111122223333:key/data"
    }
  }
  expect_failures = [var.agents]
}

run "one_zone_is_refused" {
  command = plan
  variables {
    subnet_ids = { us-east-1a = "subnet-1" }
  }
  expect_failures = [var.subnet_ids]
}

run "an_image_that_was_never_built_is_refused" {
  command = plan
  variables {
    image_id = ""
  }
  expect_failures = [var.image_id]
}
