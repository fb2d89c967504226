# What tells people: a canary that asks from outside, alarms (alarms.tf), the topics that page and notify, a dashboard.

locals {
  stack = "observability"

  original      = var.copy == ""
  global        = jsondecode(data.aws_ssm_parameter.global.insecure_value)
  network       = jsondecode(data.aws_ssm_parameter.network.insecure_value)
  transit       = jsondecode(data.aws_ssm_parameter.transit.insecure_value)
  cluster_state = jsondecode(data.aws_ssm_parameter.cluster.insecure_value)
  edges         = { for region, one in data.aws_ssm_parameter.edge : region => jsondecode(one.insecure_value) }
  edge          = local.edges[var.region]

  # Route 53 tells of health checks in this region alone, of all regions' checks
  standing      = local.original && var.region == "us-east-1" ? sort(keys(var.regions)) : [var.region]
  health_checks = var.region == "us-east-1" ? { for region, one in local.edges : region => one.health_check } : {}

  subscriptions = {
    page   = local.original ? var.paging : {}
    notice = var.notices
  }

  published = {
    topics    = { for severity, topic in module.topic : severity => topic.arn }
    alarms    = { canary = module.alarms.names.canary, service = module.alarms.names.service }
    dashboard = module.dashboard.name
    canary    = module.canary.name
  }
}

data "aws_ssm_parameter" "global" {
  name = "${local.parameters}/global"
}

data "aws_ssm_parameter" "network" {
  name = "${local.parameters}/network"
}

data "aws_ssm_parameter" "transit" {
  name = "${local.parameters}/transit"
}

data "aws_ssm_parameter" "cluster" {
  name = "${local.parameters}/cluster"
}

data "aws_ssm_parameter" "edge" {
  for_each = toset(local.standing)

  region = each.value
  name   = "${local.parameters}/edge"
}

module "topic" {
  source   = "../../modules/notice-topic"
  for_each = local.subscriptions

  name          = "${local.name}-${each.key}"
  key_arn       = local.global.keys.logs
  publishers    = ["cloudwatch.amazonaws.com"]
  subscriptions = each.value
}

module "canary" {
  source = "../../modules/canary"

  name                 = "${local.name}-${var.region}"
  urls                 = { service = "https://${local.edge.name}${var.probe.path}" }
  expected             = { text = var.probe.text, timeout_ms = var.probe.timeout_ms }
  rate_minutes         = var.probe.rate_minutes
  code_bucket          = local.global.buckets.mirror
  artifacts            = { bucket = local.global.buckets.logs, prefix = "canary/${local.name}", key_arn = local.global.keys.data }
  log_key_arn          = local.global.keys.logs
  permissions_boundary = local.global.permissions_boundary
}

module "dashboard" {
  source = "../../modules/dashboard"

  name       = "${local.name}-${var.region}"
  alarm_arns = [for name in concat(keys(local.composites), keys(local.service_alarms), keys(local.capacity_alarms)) : module.alarms.arns[name]]

  graphs = [
    { title = "Healthy targets", stat = "Minimum", metrics = [["AWS/NetworkELB", "HealthyHostCount", "LoadBalancer", local.target.LoadBalancer, "TargetGroup", local.target.TargetGroup]] },
    { title = "Connections", stat = "Sum", metrics = [for metric in ["NewFlowCount", "ActiveFlowCount", "TCP_Target_Reset_Count"] : ["AWS/NetworkELB", metric, "LoadBalancer", local.target.LoadBalancer]] },
    { title = "Canary, percent", metrics = [["CloudWatchSynthetics", "SuccessPercent", "CanaryName", module.canary.name]] },
    { title = "Inside, by part and track", stat = "Minimum", metrics = [for pair in setproduct(["app", "proxy"], ["stable", "canary"]) : ["Web/Synthetic", "probe_success", "cluster", local.cluster.ClusterName, "component", pair[0], "track", pair[1]]] },
    { title = "Nodes, percent", metrics = [for metric in ["node_cpu_utilization", "node_memory_utilization", "node_filesystem_utilization"] : ["ContainerInsights", metric, "ClusterName", local.cluster.ClusterName]] },
    { title = "Nodes and pods", stat = "Maximum", metrics = [for metric in ["cluster_node_count", "cluster_failed_node_count", "cluster_number_of_running_pods"] : ["ContainerInsights", metric, "ClusterName", local.cluster.ClusterName]] },
    { title = "VPN", stat = "Sum", metrics = [for metric in ["ActiveConnectionsCount", "AuthenticationFailures"] : ["AWS/ClientVPN", metric, "Endpoint", local.edge.vpn.id]] },
    { title = "NAT, ports refused and packets dropped", stat = "Sum", metrics = [for pair in setproduct(["ErrorPortAllocation", "PacketsDropCount"], values(local.network.nat_gateways)) : ["AWS/NATGateway", pair[0], "NatGatewayId", pair[1]]] },
    { title = "Transit gateway, dropped", stat = "Sum", metrics = [for metric in ["PacketDropCountBlackhole", "PacketDropCountNoRoute"] : ["AWS/TransitGateway", metric, "TransitGateway", local.transit.transit_gateway]] },
    { title = "Hosts' disks, percent", stat = "Maximum", metrics = [for name, host in local.hosts : ["Estate/Hosts", "disk_used_percent", "AutoScalingGroupName", host.group]] },
  ]

  log_queries = {
    "Errors of the app" = {
      log_groups = ["/aws/containerinsights/${local.cluster.ClusterName}/application"]
      query      = "fields @timestamp, kubernetes.pod_name, log | filter log like /(?i)error|panic|fatal/ | sort @timestamp desc | limit 20"
    }
    "Who was on a host" = {
      log_groups = [local.global.log_groups["/${var.estate}-${var.environment}/hosts/journal"]]
      query      = "fields @timestamp, hostname, message | filter message like /Accepted publickey|session opened/ | sort @timestamp desc | limit 20"
    }
  }
}
