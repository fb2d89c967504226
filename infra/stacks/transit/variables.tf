variable "services_without_policy" {
  description = "Services whose endpoint takes no policy of ours (module vpc-endpoints)."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for service in var.services_without_policy : contains(setunion(values(var.services)...), service)])
    error_message = "services_without_policy must be of services."
  }
}

variable "services" {
  description = "Interface endpoints by VPC, beside S3's gateway that each has."
  type = object({
    security = set(string)
    lb       = set(string)
    app      = set(string)
  })
  default = {
    # bastions: Session Manager as the second way in, agents (ec2: by its tags a host knows its group)
    security = ["ec2", "ec2messages", "guardduty-data", "kms", "logs", "monitoring", "ssm", "ssmmessages"]
    # builders and the image mirror: what need not go out by NAT
    lb = ["ec2messages", "ecr.api", "ecr.dkr", "guardduty-data", "kms", "logs", "ssm", "ssmmessages"]
    # nodes, pods, jump hosts, collectors: there is no other way to these
    app = [
      "acm-pca", "autoscaling", "ec2", "ec2messages", "ecr.api", "ecr.dkr", "eks", "eks-auth", "elasticloadbalancing", "guardduty-data",
      "kms", "logs", "monitoring", "secretsmanager", "ssm", "ssmmessages", "sts",
    ]
  }
  nullable = false

  validation {
    condition     = length(setsubtract(["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "sts", "logs", "monitoring", "kms", "ssm", "ssmmessages"], var.services.app)) == 0
    error_message = "Without a way out, nodes do not join, pull or log without ec2, ecr.api, ecr.dkr, eks, eks-auth, sts, logs, monitoring, kms, ssm and ssmmessages."
  }

  validation {
    condition     = length(setsubtract(["ec2", "kms", "logs", "monitoring", "ssm", "ssmmessages"], var.services.security)) == 0
    error_message = "Bastions need ec2, kms, logs, monitoring, ssm and ssmmessages: their VPC has no way out either."
  }
}
