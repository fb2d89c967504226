domain       = "prod.shop.example.com"
organization = "Shop"

people = {
  engineers = ["arn:aws:iam::333344445555:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_OnCall_0123456789abcdef"]
  administrators = [
    "arn:aws:iam::333344445555:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Administrator_0123456789abcdef",
    "arn:aws:iam::333344445555:role/break-glass-second",
  ]
  require_mfa = false
}

retention_days    = { logs = 400, hosts = 180, audit = 2557 }
security_contacts = { team = { protocol = "email", endpoint = "security@example.com" } }
audit_locked_days = 365

quotas = { elastic_ips = 6, standard_vcpus = 160 }

# its stack registry lets this one's pipeline pull (env/test/registry.tfvars)
environment_before = { account_id = "222233334444", name = "shop-test" }
