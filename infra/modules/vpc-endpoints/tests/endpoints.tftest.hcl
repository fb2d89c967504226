mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name               = "shop-test-app"
  kind               = "app"
  vpc_id             = "vpc-1"
  services           = ["ecr.api", "sts"]
  subnet_ids         = ["subnet-1", "subnet-2"]
  security_group_ids = ["sg-1"]
  route_table_ids    = ["rtb-1"]
  readable_buckets   = ["prod-us-east-1-starport-layer-bucket"]
}

run "endpoints_answer_by_the_services_own_names_in_each_zone" {
  assert {
    condition     = alltrue([for one in aws_vpc_endpoint.interface : one.private_dns_enabled && length(one.subnet_ids) == 2 && one.vpc_endpoint_type == "Interface"])
    error_message = "An endpoint stands in one zone, or has no private name."
  }
  assert {
    condition     = aws_vpc_endpoint.interface["ecr.api"].service_name == "com.amazonaws.us-east-1.ecr.api" && aws_vpc_endpoint.s3.vpc_endpoint_type == "Gateway" && toset(aws_vpc_endpoint.s3.route_table_ids) == toset(["rtb-1"])
    error_message = "Services or the gateway are wrong."
  }
}

run "only_this_account_passes" {
  assert {
    condition     = alltrue([for one in aws_vpc_endpoint.interface : alltrue([for statement in jsondecode(one.policy).Statement : statement.Condition.StringEquals["aws:PrincipalAccount"] == "111122223333"])])
    error_message = "An endpoint is open to other accounts."
  }
  assert {
    condition     = alltrue([for statement in jsondecode(aws_vpc_endpoint.s3.policy).Statement : try(statement.Condition.StringEquals["aws:ResourceAccount"] == "111122223333", statement.Action == "s3:GetObject" && !contains(statement.Resource, "*"))])
    error_message = "S3's gateway leads to other accounts' buckets for more than reading those named."
  }
}

run "a_service_without_an_endpoint_has_no_exception" {
  command = plan
  variables {
    without_policy = ["eks-auth"]
  }
  expect_failures = [var.without_policy]
}

run "s3_is_not_an_interface_endpoint" {
  command = plan
  variables {
    services = ["s3"]
  }
  expect_failures = [var.services]
}

run "an_endpoint_in_one_zone_is_refused" {
  command = plan
  variables {
    subnet_ids = ["subnet-1"]
  }
  expect_failures = [var.subnet_ids]
}
