# The roles of pods. Each does one thing; what is nobody's here, a pod cannot do. Names of the service accounts are agreed with
# platform and chart.

locals {
  arn = "arn:${data.aws_partition.this.partition}"
  own = "${var.region}:${data.aws_caller_identity.this.account_id}"

  write_logs = {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
    resources = ["${local.arn}:logs:${local.own}:log-group:/aws/containerinsights/${local.cluster_name}/*"]
  }

  describe = {
    actions = [
      "ec2:DescribeAvailabilityZones", "ec2:DescribeInstances", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets", "ec2:DescribeVpcs", "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth",
      "elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeTags",
    ]
    resources = ["*"]
  }

  app_accounts = { for part in ["app", "proxy", "synthetic"] : part => { namespace = var.app.namespace, name = "${var.app.release}-${part}" } }

  identities = merge(
    {
      cni = {
        description     = "The CNI moves network interfaces"
        service_account = null
        managed         = ["AmazonEKS_CNI_Policy"]
        statements      = []
      }
      cloudwatch = {
        description     = "The CloudWatch agent writes metrics of nodes and pods"
        service_account = null
        managed         = ["CloudWatchAgentServerPolicy"]
        statements      = []
      }
      load-balancer = {
        description     = "The load balancer controller puts pods into our target groups, and makes nothing"
        service_account = { namespace = "kube-system", name = "aws-load-balancer-controller" }
        managed         = []
        statements = [
          local.describe,
          {
            actions   = ["elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"]
            resources = ["${local.arn}:elasticloadbalancing:${local.own}:targetgroup/${local.name}*/*"]
          },
        ]
      }
      autoscaler = {
        description     = "The autoscaler sizes this cluster's node groups"
        service_account = { namespace = "kube-system", name = "cluster-autoscaler" }
        managed         = []
        statements = [
          {
            actions = [
              "autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeAutoScalingInstances", "autoscaling:DescribeLaunchConfigurations",
              "autoscaling:DescribeScalingActivities", "ec2:DescribeImages", "ec2:DescribeInstanceTypes", "ec2:DescribeLaunchTemplateVersions",
              "ec2:GetInstanceTypesFromInstanceRequirements",
            ]
            resources = ["*"]
          },
          {
            actions   = ["eks:DescribeNodegroup"]
            resources = ["${local.arn}:eks:${local.own}:nodegroup/${local.cluster_name}/*"]
          },
          {
            actions   = ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
            resources = ["*"]
            condition = { StringEquals = { "aws:ResourceTag/k8s.io/cluster-autoscaler/${local.cluster_name}" = ["owned"] } }
          },
        ]
      }
      private-ca = {
        description     = "The issuer has certificates of app hosts signed, and none of an authority"
        service_account = { namespace = "cert-manager", name = "aws-privateca-issuer" }
        managed         = []
        statements = [
          {
            actions   = ["acm-pca:DescribeCertificateAuthority", "acm-pca:GetCertificate"]
            resources = [local.global.private_ca]
          },
          {
            actions   = ["acm-pca:IssueCertificate"]
            resources = [local.global.private_ca]
            condition = { StringLike = { "acm-pca:TemplateArn" = ["${local.arn}:acm-pca:::template/EndEntityCertificate/V*"] } }
          },
        ]
      }
      node-logs = {
        description     = "The collector of each node ships lines"
        service_account = { namespace = "node-logs", name = "node-logs" }
        managed         = []
        statements      = [local.write_logs]
      }
    },
    {
      for part, account in local.app_accounts : part => {
        description     = "Pods of ${account.name}: their collectors ship lines and metrics${part == "app" ? ", the app reads its secrets" : ""}"
        service_account = account
        managed         = []
        statements = concat([local.write_logs], [for statement in [
          {
            actions   = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]
            resources = values(module.database.secret_arns)
          },
          {
            actions   = ["kms:Decrypt"]
            resources = [local.global.keys.data]
            condition = { StringEquals = { "kms:ViaService" = ["secretsmanager.${var.region}.amazonaws.com"] } }
          },
        ] : statement if part == "app" && length(var.secrets) > 0])
      }
    },
  )
}

module "identity" {
  source   = "../../modules/pod-identity"
  for_each = local.identities

  name                 = "${local.cluster_name}-${each.key}"
  description          = each.value.description
  cluster_arn          = "${local.arn}:eks:${local.own}:cluster/${local.cluster_name}"
  cluster_name         = module.eks.name
  service_account      = each.value.service_account
  statements           = each.value.statements
  managed_policy_arns  = [for name in each.value.managed : "${local.arn}:iam::aws:policy/${name}"]
  permissions_boundary = local.global.permissions_boundary
}
