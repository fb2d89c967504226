estate         = "shop"
environment    = "test"
primary_region = "us-east-1"

regions = {
  us-east-1 = {
    block = "10.16.0.0/15"
    zones = ["us-east-1a", "us-east-1b", "us-east-1c"]
  }
  us-west-2 = {
    block = "10.18.0.0/15"
    zones = ["us-west-2a", "us-west-2b", "us-west-2c"]
  }
}

# dev, prod
elsewhere = ["10.0.0.0/12", "10.32.0.0/12"]
