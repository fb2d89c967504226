output "policy_name" {
  description = "Name of the policy on the role; whoever takes it from here waits until the agents may work."
  value       = aws_iam_role_policy.agents.name
}
