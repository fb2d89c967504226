estate         = "shop"
environment    = "prod"
primary_region = "us-east-1"

regions = {
  us-east-1 = {
    block = "10.32.0.0/15"
    zones = ["us-east-1a", "us-east-1b", "us-east-1c"]
  }
  us-east-2 = {
    block = "10.34.0.0/15"
    zones = ["us-east-2a", "us-east-2b", "us-east-2c"]
  }
  us-west-2 = {
    block = "10.36.0.0/15"
    zones = ["us-west-2a", "us-west-2b", "us-west-2c"]
  }
}

# dev, test
elsewhere = ["10.0.0.0/12", "10.16.0.0/12"]
