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
  without_policy     = ["sts"]
  readable_buckets   = ["prod-us-east-1-starport-layer-bucket"]
}

run "a_service_that_takes_no_policy_gets_none_and_the_others_theirs" {
  assert {
    condition     = strcontains(aws_vpc_endpoint.interface["ecr.api"].policy, "111122223333") && !strcontains(coalesce(aws_vpc_endpoint.interface["sts"].policy, "none"), "111122223333")
    error_message = "The endpoint's policy would be refused by AWS, or others lost theirs."
  }
}
