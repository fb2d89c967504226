kubernetes_version = "1.34"
nodes              = { instance_types = ["m7i.xlarge", "m6i.xlarge"], min_size = 2, max_size = 10 }
log_retention_days = 180

addon_versions = {
  vpc-cni                = "v1.20.4-eksbuild.1"
  coredns                = "v1.12.4-eksbuild.1"
  kube-proxy             = "v1.34.0-eksbuild.4"
  eks-pod-identity-agent = "v1.3.9-eksbuild.3"
}
