output "repositories" {
  description = "URLs of the repositories, by name."
  value       = { for name, repository in aws_ecr_repository.this : name => repository.repository_url }
}

output "arns" {
  description = "ARNs of the repositories, by name."
  value       = { for name, repository in aws_ecr_repository.this : name => repository.arn }
}

output "pulled_by" {
  description = "Roles of other accounts that may pull, by the name of the repository, as its policy says."
  value       = { for name, one in aws_ecr_repository_policy.this : name => jsondecode(one.policy).Statement[0].Condition.ArnEquals["aws:PrincipalArn"] }
}
