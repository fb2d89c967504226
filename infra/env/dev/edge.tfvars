# A certificate for each engineer; the authority's own is imported into ACM (stacks/people/README.md).
vpn = {
  root_certificate_arns = {
    us-east-1 = "arn:aws:acm:us-east-1:111122223333:certificate/8f9d8c3e-0000-4000-8000-000000000001"
    us-west-2 = "arn:aws:acm:us-west-2:111122223333:certificate/8f9d8c3e-0000-4000-8000-000000000002"
  }
}
