output "plan" {
  description = "For each region: block, and of it app, security, lb (the VPCs) and clients (the VPN's)."
  value       = local.plan

  precondition {
    condition     = length(local.overlaps) == 0
    error_message = "Blocks of addresses overlap: ${join("; ", local.overlaps)}. Give one of them another block in env/*/common.tfvars."
  }
}
