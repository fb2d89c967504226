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
  subnet_ids             = { us-east-1a = "subnet-0a1", us-east-1b = "subnet-0b1", us-east-1c = "subnet-0c1" }
  vpc_security_group_ids = ["sg-0123456789abcdef0"]
  image_id               = "ami-0123456789abcdef0"
  scaling                = { min_size = 2, max_size = 6 }
  volume_key_arn         = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  agents = {
    log_group_arns = ["arn:aws:logs:us-east-1:111122223333:log-group:/shop-prod/hosts/journal"]
    mirror         = "shop-prod-mirror"
    mirror_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  }
}

run "each_zone_has_a_group_of_its_own_that_scales" {
  command = plan

  assert {
    condition     = toset(keys(aws_eks_node_group.this)) == toset(["us-east-1a", "us-east-1b", "us-east-1c"])
    error_message = "A zone has no node group."
  }

  assert {
    condition = alltrue([
      for zone, group in aws_eks_node_group.this : toset(group.subnet_ids) == toset([var.subnet_ids[zone]])
    ])
    error_message = "A group reaches into another zone: losing one would unbalance it."
  }

  assert {
    condition = alltrue([
      for group in values(aws_eks_node_group.this) : group.scaling_config[0].min_size == 2 && group.scaling_config[0].max_size == 6
    ])
    error_message = "A group does not scale as was asked for."
  }

  assert {
    condition     = alltrue([for group in values(aws_eks_node_group.this) : group.node_repair_config[0].enabled])
    error_message = "A broken node would stay."
  }
}

run "nodes_run_our_image_with_the_metadata_shut" {
  command = plan

  assert {
    condition     = aws_launch_template.node.image_id == "ami-0123456789abcdef0"
    error_message = "The nodes do not run the image of the pipeline."
  }

  assert {
    condition = (
      aws_launch_template.node.metadata_options[0].http_tokens == "required" &&
      aws_launch_template.node.metadata_options[0].http_put_response_hop_limit == 1
    )
    error_message = "A pod could take the node's role from the metadata service."
  }

  assert {
    condition = alltrue([
      for device in aws_launch_template.node.block_device_mappings :
      device.ebs[0].encrypted == "true" && device.ebs[0].kms_key_id == var.volume_key_arn
    ])
    error_message = "A volume is not encrypted with our key."
  }

  assert {
    condition     = aws_launch_template.node.key_name == null
    error_message = "A key pair that lives for ever opens the nodes."
  }
}

run "nodes_are_found_by_their_tags" {
  command = plan

  assert {
    condition = alltrue([
      for specification in aws_launch_template.node.tag_specifications : specification.tags["quarterdeck:role"] == "node"
    ])
    error_message = "The console would not find what is started."
  }

  assert {
    condition     = toset(aws_launch_template.node.tag_specifications[*].resource_type) == toset(["instance", "network-interface", "volume"])
    error_message = "Something that is started bears no tags."
  }
}

run "the_groups_that_eks_makes_are_of_the_estate" {
  command = plan

  assert {
    condition     = { for key, one in aws_autoscaling_group_tag.this : key => one.tag[0].value } == merge([for zone in keys(var.subnet_ids) : { "${zone}/quarterdeck:estate" = "shop-test", "${zone}/quarterdeck:role" = "node" }]...)
    error_message = "On call may not replace a node: ${jsonencode({ for key, one in aws_autoscaling_group_tag.this : key => one.tag[0].value })}"
  }
}

run "user_data_tells_the_node_its_cluster" {
  command = plan

  assert {
    condition = alltrue([
      for value in values(var.cluster) : strcontains(base64decode(aws_launch_template.node.user_data), value)
    ])
    error_message = "A node would not know which cluster to join."
  }
}

run "the_role_has_no_more_than_a_node_needs" {
  command = plan

  assert {
    condition = toset(keys(aws_iam_role_policy_attachment.node)) == toset([
      "AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly",
    ])
    error_message = "The nodes' role has other policies than those of a node."
  }
}
