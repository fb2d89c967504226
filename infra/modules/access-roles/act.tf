locals {
  act = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Hosts"
        Effect = "Allow"
        Action = [
          "autoscaling:SetInstanceHealth", "autoscaling:StartInstanceRefresh", "autoscaling:CancelInstanceRefresh",
          "autoscaling:RollbackInstanceRefresh", "autoscaling:TerminateInstanceInAutoScalingGroup", "ec2:RebootInstances",
        ]
        Resource  = "*"
        Condition = merge(local.own_instances, { StringEquals = { "aws:RequestedRegion" = sort(var.regions) } })
      },
      {
        Sid       = "CommandOnOwnHosts"
        Effect    = "Allow"
        Action    = ["ssm:SendCommand", "ssm:StartSession"]
        Resource  = "arn:${local.partition}:ec2:*:${local.account_id}:instance/*"
        Condition = local.own_instances
      },
      {
        Sid    = "CommandDocuments"
        Effect = "Allow"
        Action = ["ssm:SendCommand", "ssm:StartSession"]
        Resource = [
          "arn:${local.partition}:ssm:*::document/AWS-RunShellScript",
          "arn:${local.partition}:ssm:*::document/AWS-RunPatchBaseline",
          "arn:${local.partition}:ssm:*:${local.account_id}:document/SSM-SessionManagerRunShell",
        ]
      },
      {
        Sid      = "OwnCommands"
        Effect   = "Allow"
        Action   = ["ssm:CancelCommand"]
        Resource = "*"
      },
      {
        Sid      = "OwnSessions"
        Effect   = "Allow"
        Action   = ["ssm:TerminateSession", "ssm:ResumeSession"]
        Resource = "arn:${local.partition}:ssm:*:${local.account_id}:session/$${aws:userid}-*"
      },
      {
        Sid       = "ZonalShift"
        Effect    = "Allow"
        Action    = ["arc-zonal-shift:StartZonalShift", "arc-zonal-shift:UpdateZonalShift", "arc-zonal-shift:CancelZonalShift"]
        Resource  = "*"
        Condition = local.own_instances
      },
      {
        Sid       = "VpnConnections"
        Effect    = "Allow"
        Action    = "ec2:TerminateClientVpnConnections"
        Resource  = "arn:${local.partition}:ec2:*:${local.account_id}:client-vpn-endpoint/*"
        Condition = local.own_instances
      },
      {
        Sid      = "Images"
        Effect   = "Allow"
        Action   = "imagebuilder:StartImagePipelineExecution"
        Resource = "arn:${local.partition}:imagebuilder:*:${local.account_id}:image-pipeline/${var.name}-*"
      },
    ]
  })
}
