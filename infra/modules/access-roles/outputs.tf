output "role_arns" {
  description = "ARNs of the roles, by what they are for."
  value = {
    read        = aws_iam_role.read.arn
    act         = aws_iam_role.act.arn
    deploy      = aws_iam_role.deploy.arn
    pipeline    = aws_iam_role.pipeline.arn
    break_glass = aws_iam_role.break_glass.arn
  }
}

output "permissions_boundary" {
  description = "ARN of the boundary that every role of the estate bears."
  value       = aws_iam_policy.boundary.arn
}
