domain       = "test.shop.example.com"
organization = "Shop"

people = {
  engineers = ["arn:aws:iam::222233334444:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_OnCall_0123456789abcdef"]
  administrators = [
    "arn:aws:iam::222233334444:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Administrator_0123456789abcdef",
    "arn:aws:iam::222233334444:role/break-glass-second",
  ]
  require_mfa = false
}

retention_days    = { logs = 120, hosts = 60, audit = 400 }
security_contacts = { team = { protocol = "email", endpoint = "security@example.com" } }

quotas = { elastic_ips = 6, standard_vcpus = 48 }

# its stack registry lets this one's pipeline pull (env/dev/registry.tfvars)
environment_before = { account_id = "111122223333", name = "shop-dev" }
