# The first of all: the bucket that the states of every stack are in, this one's too (see README.md).

locals {
  stack = "bootstrap"

  published = {
    bucket = module.state_bucket.bucket
    key    = module.state_bucket.key_arn
  }
}

module "state_bucket" {
  source = "../../modules/state-bucket"

  name            = local.name
  noncurrent_days = var.noncurrent_days
}
