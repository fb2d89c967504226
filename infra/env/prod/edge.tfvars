vpn = {
  saml_provider_arn = "arn:aws:iam::111122223333:saml-provider/shop-directory"
  groups = {
    on-call = "6c1f2a90-0000-4000-8000-00000000000a"
  }
}

bastion_instance_type   = "t3.small"
health_interval_seconds = 10
