mock_provider "aws" {
  source = "../../tests/mocks"

  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:us-east-1:111122223333:shop-test-topic" }
  }
}

override_data {
  target = data.aws_ssm_parameter.global
  values = {
    insecure_value = "{\"keys\":{\"logs\":\"arn:aws:kms:us-east-1:111122223333:key/1\",\"data\":\"arn:aws:kms:us-east-1:111122223333:key/2\"},\"buckets\":{\"logs\":\"shop-test-logs\",\"mirror\":\"shop-test-mirror\"},\"permissions_boundary\":\"arn:aws:iam::111122223333:policy/shop-test-boundary\",\"log_groups\":{\"/shop-test/hosts/journal\":\"/shop-test/hosts/journal\"}}"
  }
}
override_data {
  target = data.aws_ssm_parameter.network
  values = { insecure_value = "{\"nat_gateways\":{\"us-east-1a\":\"nat-a\",\"us-east-1b\":\"nat-b\"},\"subnets\":{\"app\":{\"node\":{\"us-east-1a\":\"subnet-0a1\",\"us-east-1b\":\"subnet-0b1\"}}}}" }
}
override_data {
  target = data.aws_ssm_parameter.transit
  values = { insecure_value = "{\"transit_gateway\":\"tgw-1\"}" }
}
override_data {
  target = data.aws_ssm_parameter.cluster
  values = { insecure_value = "{\"app\":{\"namespace\":\"web\",\"release\":\"shop\"},\"cluster\":{\"name\":\"shop-test-us-east-1\"},\"autoscaling_groups\":{\"jump\":{\"us-east-1a\":\"jump-a\",\"us-east-1b\":\"jump-b\"}}}" }
}
override_data {
  target = data.aws_ssm_parameter.edge
  values = {
    insecure_value = "{\"name\":\"app.test.shop.example.com\",\"load_balancer\":{\"arn_suffix\":\"net/shop/1\"},\"target_groups\":{\"https\":{\"arn_suffix\":\"targetgroup/shop/1\"}},\"vpn\":{\"id\":\"cvpn-endpoint-1\"},\"autoscaling_groups\":{\"bastion\":{\"us-east-1a\":\"bastion-a\",\"us-east-1b\":\"bastion-b\"}},\"health_check\":\"check-1\",\"certificates\":{\"service\":\"arn:aws:acm:us-east-1:111122223333:certificate/app\",\"clients\":\"arn:aws:acm:us-east-1:111122223333:certificate/root\"}}"
  }
}

variables {
  estate         = "shop"
  environment    = "test"
  region         = "us-east-1"
  primary_region = "us-east-1"
  regions = {
    us-east-1 = { block = "10.16.0.0/15", zones = ["us-east-1a", "us-east-1b"] }
    us-west-2 = { block = "10.18.0.0/15", zones = ["us-west-2a", "us-west-2b"] }
  }
  paging  = { pager = { protocol = "https", endpoint = "https://events.example.com/1" } }
  notices = { team = { protocol = "email", endpoint = "oncall@example.com" } }
}

run "customers_troubles_page_once" {
  assert {
    condition     = toset(local.composites.service.any_of) == toset(["outside-probe", "no-targets", "stable-app", "stable-proxy"])
    error_message = "A trouble of customers pages nobody."
  }

  assert {
    condition     = length([for name, alarm in local.service_alarms : name if try(alarm.severity, "none") == "page"]) == 0
    error_message = "One fault would page more than once."
  }

  assert {
    condition     = alltrue([for name in ["outside-probe", "no-targets", "stable-app", "stable-proxy"] : local.service_alarms[name].missing == "breaching"])
    error_message = "Silence of what looks would pass for health."
  }
}

run "losing_every_way_in_pages_and_losing_one_does_not" {
  assert {
    condition     = local.composites["no-bastion"].all_of == ["down-bastion-us-east-1a", "down-bastion-us-east-1b"] && local.composites["no-jump"].all_of == ["down-jump-us-east-1a", "down-jump-us-east-1b"]
    error_message = "Nobody hears that nobody gets in."
  }
}

run "every_regions_health_check_is_watched_where_route_53_tells_of_it" {
  assert {
    condition     = join(" ", keys(local.health_checks)) == "us-east-1 us-west-2"
    error_message = "A region that is taken out of the name is not noticed."
  }
}

run "elsewhere_route_53_tells_nothing" {
  variables {
    region = "us-west-2"
  }

  assert {
    condition     = length(local.health_checks) == 0 && !anytrue([for name in keys(local.service_alarms) : startswith(name, "health-")])
    error_message = "An alarm would wait for a metric that is never in this region."
  }
}

run "the_pipeline_finds_the_alarm_of_its_canary" {
  assert {
    condition     = jsondecode(aws_ssm_parameter.published.insecure_value).alarms.canary == "shop-test-us-east-1-canary" && toset(local.composites.canary.any_of) == toset(["canary-app", "canary-proxy"])
    error_message = "A deployment would go on over a canary that fails."
  }
}

run "each_nat_gateway_is_watched_for_ports_and_drops" {
  assert {
    condition = { for name, alarm in local.way_out_alarms : name => "${alarm.metric_name} ${alarm.dimensions.NatGatewayId}" } == {
      nat-ports-us-east-1a = "ErrorPortAllocation nat-a"
      nat-ports-us-east-1b = "ErrorPortAllocation nat-b"
      nat-drops-us-east-1a = "PacketsDropCount nat-a"
      nat-drops-us-east-1b = "PacketsDropCount nat-b"
    }
    error_message = "A NAT gateway runs dry or drops, and nobody hears of it."
  }

  assert {
    condition     = alltrue([for alarm in values(local.way_out_alarms) : alarm.severity == "notice"])
    error_message = "A build that fails wakes somebody, or tells nobody."
  }
}

run "a_certificate_that_was_not_renewed_is_told_in_time" {
  assert {
    condition     = { for name, alarm in local.certificate_alarms : name => alarm.dimensions.CertificateArn } == { for name, arn in local.edge.certificates : "certificate-${name}" => arn }
    error_message = "A certificate ends without a word."
  }

  assert {
    condition     = alltrue([for alarm in values(local.certificate_alarms) : alarm.threshold == 30 && alarm.comparison == "LessThanOrEqualToThreshold" && alarm.metric_name == "DaysToExpiry" && alarm.severity == "notice"])
    error_message = "Somebody is told too late, or the wrong way round."
  }

  assert {
    condition     = length(setsubtract(concat(keys(local.certificate_alarms), keys(local.way_out_alarms)), keys(module.alarms.names))) == 0
    error_message = "An alarm of the list is not made."
  }
}

run "unhealthy_targets_and_restarts_are_counted_where_aws_counts_them" {
  assert {
    condition     = local.capacity_alarms["unhealthy-targets"].metric_name == "UnHealthyHostCount" && local.capacity_alarms["unhealthy-targets"].dimensions == local.target
    error_message = "A target that stays unhealthy behind healthy ones is not noticed."
  }

  # Container Insights has this metric by cluster, by workload and by pod, and not by namespace
  assert {
    condition     = { for part in ["app", "proxy"] : part => local.capacity_alarms["restarts-${part}"].dimensions } == { for part in ["app", "proxy"] : part => { ClusterName = "shop-test-us-east-1", Namespace = "web", PodName = "shop-${part}" } }
    error_message = "The alarm waits for a metric that is never there."
  }
}

run "malware_pages" {
  assert {
    condition     = local.composites.intruder.any_of == ["malware"] && local.host_alarms.malware.namespace == "shop-test/hosts"
    error_message = "Malware would wait for the morning, or is counted elsewhere than the filters count it."
  }
}

run "a_copy_wakes_nobody" {
  variables {
    copy = "pr-123"
  }

  override_data {
    target = data.aws_ssm_parameter.global
    values = {
      insecure_value = "{\"keys\":{\"logs\":\"arn:aws:kms:us-east-1:111122223333:key/1\",\"data\":\"arn:aws:kms:us-east-1:111122223333:key/2\"},\"buckets\":{\"logs\":\"shop-test-logs\",\"mirror\":\"shop-test-mirror\"},\"permissions_boundary\":\"arn:aws:iam::111122223333:policy/shop-test-boundary\",\"log_groups\":{\"/shop-test/hosts/journal\":\"/shop-test/hosts/journal\"}}"
    }
  }

  assert {
    condition     = length(local.subscriptions.page) == 0 && length(local.host_alarms) == 0 && join(" ", local.standing) == "us-east-1"
    error_message = "A copy pages somebody, or watches what its environment watches."
  }
}

run "prod_pages_somebody" {
  command = plan
  variables {
    environment = "prod"
    paging      = {}
  }

  override_data {
    target = data.aws_ssm_parameter.global
    values = {
      insecure_value = "{\"keys\":{\"logs\":\"arn:aws:kms:us-east-1:111122223333:key/1\",\"data\":\"arn:aws:kms:us-east-1:111122223333:key/2\"},\"buckets\":{\"logs\":\"shop-prod-logs\",\"mirror\":\"shop-prod-mirror\"},\"permissions_boundary\":\"arn:aws:iam::111122223333:policy/shop-prod-boundary\",\"log_groups\":{\"/shop-prod/hosts/journal\":\"/shop-prod/hosts/journal\"}}"
    }
  }
  expect_failures = [var.paging]
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    notices    = { team = { protocol = "pigeon", endpoint = "loft" } }
    probe      = { path = "readyz" }
    thresholds = { node_percent = 100, restarts = 0 }
  }
  expect_failures = [var.notices, var.probe, var.thresholds]
}

run "a_certificate_that_acm_would_still_renew_is_no_alarm" {
  command = plan
  variables {
    thresholds = { certificate_days = 60 }
  }
  expect_failures = [var.thresholds]
}
