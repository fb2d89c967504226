# Where the states of prod are; the stack bootstrap made it. The key is added by infra/stack: ENV[-COPY]/REGION/STACK.
bucket       = "shop-prod-state-111122223333-us-east-1"
region       = "us-east-1"
encrypt      = true
use_lockfile = true
