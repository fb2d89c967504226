# an example of a guest; stacks/people/README.md says how one comes and goes
engineers = {
  example = {
    principal_arn = "arn:aws:iam::333344445555:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Guest_0123456789abcdef"
    session_name  = "example@example.com"
    expires_on    = "2027-03-31T18:00:00Z"
  }
}
