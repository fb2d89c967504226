output "name" {
  description = "Name of the canary: the dimension CanaryName of its metrics."
  value       = aws_synthetics_canary.this.name
}

output "code_key" {
  description = "Key in the code's bucket that the pipeline has to put the packed code to, before the canary is made."
  value       = local.code_key
}
