domain       = "dev.shop.example.com"
organization = "Shop"

people = {
  engineers = ["arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_OnCall_0123456789abcdef"]
  administrators = [
    "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Administrator_0123456789abcdef",
    "arn:aws:iam::111122223333:role/break-glass-second",
  ]
  require_mfa = false
}

retention_days    = { logs = 90, hosts = 30, audit = 400 }
security_contacts = { team = { protocol = "email", endpoint = "security@example.com" } }

quotas = { elastic_ips = 12, vpcs = 9, standard_vcpus = 64 } # the environment, two copies, and runners of three fleets
