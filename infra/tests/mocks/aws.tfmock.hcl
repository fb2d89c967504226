# What mocks answer where a random string would not do: shapes that the real provider accepts.

mock_data "aws_caller_identity" {
  defaults = {
    account_id = "111122223333"
    arn        = "arn:aws:iam::111122223333:role/test"
  }
}

mock_data "aws_partition" {
  defaults = {
    partition  = "aws"
    dns_suffix = "amazonaws.com"
  }
}

mock_data "aws_region" {
  defaults = {
    region = "us-east-1"
    name   = "us-east-1"
    id     = "us-east-1"
  }
}

mock_data "aws_default_tags" {
  defaults = {
    tags = {
      "quarterdeck:estate" = "shop-test"
    }
  }
}

mock_data "aws_ssm_parameter" {
  defaults = {
    value          = "ami-0123456789abcdef0"
    insecure_value = "ami-0123456789abcdef0"
  }
}

mock_resource "aws_synthetics_canary" {
  defaults = {
    engine_arn = "arn:aws:lambda:us-east-1:111122223333:function:cwsyn-shop-0123456789ab:1"
  }
}

mock_resource "aws_vpc" {
  defaults = {
    arn = "arn:aws:ec2:us-east-1:111122223333:vpc/vpc-1"
  }
}
