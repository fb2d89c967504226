output "detector_id" {
  description = "Id of GuardDuty's detector."
  value       = aws_guardduty_detector.this.id
}

output "analyzer_arn" {
  description = "ARN of the access analyzer."
  value       = aws_accessanalyzer_analyzer.this.arn
}
