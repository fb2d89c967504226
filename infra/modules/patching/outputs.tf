output "baseline_id" {
  description = "Id of the patch baseline."
  value       = aws_ssm_patch_baseline.this.id
}
