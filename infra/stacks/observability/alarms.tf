# What is watched, and who hears of it. A page is a composite alarm, so that one fault is one page; its parts have no voice of their
# own. Every page says what the engineer should look at first.

locals {
  zones   = keys(local.network.subnets.app.node)
  target  = { LoadBalancer = local.edge.load_balancer.arn_suffix, TargetGroup = local.edge.target_groups.https.arn_suffix }
  cluster = { ClusterName = local.cluster_state.cluster.name }
  app     = local.cluster_state.app

  hosts = merge([
    for role, groups in { bastion = local.edge.autoscaling_groups.bastion, jump = local.cluster_state.autoscaling_groups.jump } : {
      for zone, group in groups : "${role}-${zone}" => { role = role, zone = zone, group = group }
    }
  ]...)

  service_alarms = merge(
    {
      outside-probe = {
        description = "The canary fails: from outside the service does not answer. Look at the load balancer's targets, then at the newest deployment."
        namespace   = "CloudWatchSynthetics", metric_name = "SuccessPercent", dimensions = { CanaryName = module.canary.name }
        statistic   = "Average", comparison = "LessThanThreshold", threshold = 90, missing = "breaching", datapoints_to_alarm = 2
      }
      no-targets = {
        description = "The load balancer has no healthy target. Look at the proxies' pods and at the target group's health."
        namespace   = "AWS/NetworkELB", metric_name = "HealthyHostCount", dimensions = local.target
        statistic   = "Minimum", comparison = "LessThanThreshold", threshold = 1, missing = "breaching", evaluation_periods = 2
      }
    },
    { for part in ["app", "proxy"] : "stable-${part}" => {
      description = "Inside the cluster ${part} does not answer. Look at its pods and their newest lines."
      namespace   = "Web/Synthetic", metric_name = "probe_success", dimensions = { cluster = local.cluster_state.cluster.name, component = part, track = "stable" }
      statistic   = "Minimum", comparison = "LessThanThreshold", threshold = 1, missing = "breaching"
    } },
    { for region, id in local.health_checks : "health-${region}" => {
      description = "Route 53 has taken ${region} out of the name: its health check fails."
      namespace   = "AWS/Route53", metric_name = "HealthCheckStatus", dimensions = { HealthCheckId = id }
      statistic   = "Minimum", comparison = "LessThanThreshold", threshold = 1, missing = "breaching", severity = "notice"
    } },
  )

  # the canary track of a deployment: it stops the deployment and wakes nobody
  gate_alarms = { for part in ["app", "proxy"] : "canary-${part}" => {
    description = "The canary track of ${part} does not answer: the deployment stops."
    namespace   = "Web/Synthetic", metric_name = "probe_success", dimensions = { cluster = local.cluster_state.cluster.name, component = part, track = "canary" }
    statistic   = "Minimum", comparison = "LessThanThreshold", threshold = 1, missing = "breaching", evaluation_periods = 2, severity = "gate"
  } }

  capacity_alarms = merge(
    {
      fewer-targets = {
        description = "Fewer healthy targets than zones: the next fault may be felt. Look at pods that are not ready."
        namespace   = "AWS/NetworkELB", metric_name = "HealthyHostCount", dimensions = local.target
        statistic   = "Minimum", comparison = "LessThanThreshold", threshold = length(local.zones), missing = "breaching", evaluation_periods = 10, severity = "notice"
      }
      unhealthy-targets = {
        description = "A target of the load balancer stays unhealthy. Look at the proxies' pods, and at the target group's health for the reason."
        namespace   = "AWS/NetworkELB", metric_name = "UnHealthyHostCount", dimensions = local.target
        statistic   = "Maximum", threshold = 1, evaluation_periods = 10, severity = "notice"
      }
      nodes-failed = {
        description = "Nodes of the cluster are not ready. Look at their conditions; node repair replaces them."
        namespace   = "ContainerInsights", metric_name = "cluster_failed_node_count", dimensions = local.cluster
        statistic   = "Maximum", threshold = 1, evaluation_periods = 5, severity = "notice"
      }
      nodes-busy = {
        description = "The nodes' processors are nearly used up. Look at whether the autoscaler is at its maximum."
        namespace   = "ContainerInsights", metric_name = "node_cpu_utilization", dimensions = local.cluster
        statistic   = "Average", period_seconds = 300, threshold = var.thresholds.node_percent, severity = "notice"
      }
      nodes-full = {
        description = "The nodes' memory is nearly used up: pods are going to be evicted."
        namespace   = "ContainerInsights", metric_name = "node_memory_utilization", dimensions = local.cluster
        statistic   = "Average", period_seconds = 300, threshold = var.thresholds.node_percent, severity = "notice"
      }
    },
    # by workload: Container Insights does not count restarts by namespace alone
    { for part in ["app", "proxy"] : "restarts-${part}" => {
      description = "Containers of ${part} restart again and again. Look at the last lines before each restart."
      namespace   = "ContainerInsights", metric_name = "pod_number_of_container_restarts", dimensions = merge(local.cluster, { Namespace = local.app.namespace, PodName = "${local.app.release}-${part}" })
      statistic   = "Sum", period_seconds = 300, evaluation_periods = 1, threshold = var.thresholds.restarts, severity = "notice"
    } },
  )

  # what goes out: builders, the mirror and the pipeline's runners
  way_out_alarms = merge(
    { for zone, id in local.network.nat_gateways : "nat-ports-${zone}" => {
      description = "The NAT gateway of ${zone} has no port left for a new connection: builds and jobs fail. Look at who opens so many, in the flow log."
      namespace   = "AWS/NATGateway", metric_name = "ErrorPortAllocation", dimensions = { NatGatewayId = id }
      statistic   = "Sum", period_seconds = 300, evaluation_periods = 1, threshold = 1, severity = "notice"
    } },
    { for zone, id in local.network.nat_gateways : "nat-drops-${zone}" => {
      description = "The NAT gateway of ${zone} drops packets. Look at AWS's health events, and move builds to another zone."
      namespace   = "AWS/NATGateway", metric_name = "PacketsDropCount", dimensions = { NatGatewayId = id }
      statistic   = "Sum", period_seconds = 300, threshold = 100, severity = "notice"
    } },
  )

  # ACM renews two months before the end what it issued: who is told here is told that it could not, or of a certificate that was imported
  certificate_alarms = { for name, arn in local.edge.certificates : "certificate-${name}" => {
    description = "The certificate of ${ { service = "the service", vpn = "the VPN", clients = "the authority of the VPN's clients" }[name]} ends within ${var.thresholds.certificate_days} days. Look in ACM at why it was not renewed: its proof in the hosted zone, or it was imported."
    namespace   = "AWS/CertificateManager", metric_name = "DaysToExpiry", dimensions = { CertificateArn = arn }
    statistic   = "Minimum", period_seconds = 86400, evaluation_periods = 1, comparison = "LessThanOrEqualToThreshold", threshold = var.thresholds.certificate_days, missing = "ignore", severity = "notice"
  } }

  way_in_alarms = merge(
    { for name, host in local.hosts : "down-${name}" => {
      description = "The ${host.role} host of ${host.zone} fails its checks, or there is none."
      namespace   = "AWS/EC2", metric_name = "StatusCheckFailed", dimensions = { AutoScalingGroupName = host.group }
      statistic   = "Maximum", threshold = 1, missing = "breaching", evaluation_periods = 5
    } },
    { for name, host in local.hosts : "disk-${name}" => {
      description = "The disk of the ${host.role} host of ${host.zone} is nearly full."
      namespace   = "Estate/Hosts", metric_name = "disk_used_percent", dimensions = { AutoScalingGroupName = host.group }
      statistic   = "Maximum", period_seconds = 300, threshold = var.thresholds.disk_percent, severity = "notice"
    } },
    {
      vpn-refused = {
        description = "Many VPN logins are refused: somebody's access has ended, or somebody tries. Look at the VPN's connection log."
        namespace   = "AWS/ClientVPN", metric_name = "AuthenticationFailures", dimensions = { Endpoint = local.edge.vpn.id }
        statistic   = "Sum", period_seconds = 300, evaluation_periods = 1, threshold = var.thresholds.refused_vpn_login, severity = "notice"
      }
    },
    { for metric, what in { PacketDropCountBlackhole = "a route that leads to nothing", PacketDropCountNoRoute = "no route" } : "transit-${lower(metric)}" => {
      description                                    = "The transit gateway drops packets: ${what}. Look at what changed in the routes of transit."
      namespace                                      = "AWS/TransitGateway", metric_name = metric, dimensions = { TransitGateway = local.transit.transit_gateway }
      statistic                                      = "Sum", period_seconds = 300, threshold = 100, severity = "notice"
    } },
  )

  # the filters are in the stack global, beside the hosts' log groups, which a copy shares with its environment
  host_alarms = local.original ? {
    malware = {
      description = "Malware was found on a host. Take it out of its group, keep its volume, and look at its lines in hosts/checks."
      namespace   = "${local.name}/hosts", metric_name = "malware-found"
      statistic   = "Sum", period_seconds = 300, evaluation_periods = 1, threshold = 1
    }
    malware-blind = {
      description = "A host looked for malware with old signatures, or could not look. Look at the mirror's signatures."
      namespace   = "${local.name}/hosts", metric_name = "malware-blind"
      statistic   = "Sum", period_seconds = 3600, evaluation_periods = 1, threshold = 1, severity = "notice"
    }
    malware-unseen = {
      description = "For twelve hours no host told of a look for malware, though each looks four times a day."
      namespace   = "${local.name}/hosts", metric_name = "malware-scans"
      statistic   = "Sum", period_seconds = 43200, evaluation_periods = 1, comparison = "LessThanThreshold", threshold = 1, missing = "breaching", severity = "notice"
    }
    files-changed = {
      description = "Files that should not change on a host have changed. Look at its lines in hosts/checks, and at who was on it."
      namespace   = "${local.name}/hosts", metric_name = "files-changed"
      statistic   = "Sum", period_seconds = 300, evaluation_periods = 1, threshold = 1, severity = "notice"
    }
    files-blind = {
      description = "A host could not compare its files with what they should be."
      namespace   = "${local.name}/hosts", metric_name = "files-blind"
      statistic   = "Sum", period_seconds = 3600, evaluation_periods = 1, threshold = 1, severity = "notice"
    }
  } : {}

  composites = merge(
    {
      service = {
        description = "Customers notice: the service of ${var.region} does not answer from outside, or not inside. Start with the triage board."
        any_of      = ["outside-probe", "no-targets", "stable-app", "stable-proxy"]
      }
      canary = {
        description = "The canary of a deployment fails."
        any_of      = keys(local.gate_alarms)
        severity    = "gate"
      }
    },
    { for role in ["bastion", "jump"] : "no-${role}" => {
      description = "There is no ${role} host left in ${var.region}: nobody gets in. Look at its Auto Scaling groups; Session Manager may still work."
      all_of      = [for name, host in local.hosts : "down-${name}" if host.role == role]
    } },
    local.original ? { intruder = {
      description = "Malware was found on a host of ${var.region}."
      any_of      = ["malware"]
    } } : {},
  )
}

module "alarms" {
  source = "../../modules/alarms"

  name       = "${local.name}-${var.region}"
  topics     = { page = module.topic["page"].arn, notice = module.topic["notice"].arn }
  alarms     = merge(local.service_alarms, local.gate_alarms, local.capacity_alarms, local.way_in_alarms, local.way_out_alarms, local.certificate_alarms, local.host_alarms)
  composites = local.composites
}
