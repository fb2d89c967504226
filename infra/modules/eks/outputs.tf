output "name" {
  description = "Name of the cluster, known only once the cluster is there: what uses it waits for it."
  value       = aws_eks_cluster.this.name
}

output "arn" {
  description = "ARN of the cluster."
  value       = aws_eks_cluster.this.arn
}

output "endpoint" {
  description = "URL of the private endpoint."
  value       = aws_eks_cluster.this.endpoint

  precondition {
    condition     = !aws_eks_cluster.this.vpc_config[0].endpoint_public_access
    error_message = "The endpoint is open to the internet: someone changed it outside of Terraform."
  }
}

output "certificate_authority" {
  description = "Certificate of the cluster's authority, base64."
  value       = aws_eks_cluster.this.certificate_authority[0].data
}

output "kubernetes_version" {
  description = "Version that the control plane runs."
  value       = aws_eks_cluster.this.version
}

output "oidc_issuer" {
  description = "Issuer of the service accounts' tokens."
  value       = aws_eks_cluster.this.identity[0].oidc[0].issuer
}

output "service_ipv4_cidr" {
  description = "Addresses of the Kubernetes services; nodes need it to join."
  value       = var.service_ipv4_cidr
}

output "log_group_name" {
  description = "Log group of the control plane."
  value       = aws_cloudwatch_log_group.control_plane.name
}
