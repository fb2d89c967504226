data "aws_region" "this" {}

locals {
  rows_of_graphs = ceil(length(var.graphs) / 3)

  alarms = [{
    type       = "alarm"
    x          = 0
    y          = 0
    width      = 24
    height     = 3
    properties = { title = "Alarms", alarms = var.alarm_arns, sortBy = "stateUpdatedTimestamp" }
  }]

  graphs = [for index, graph in var.graphs : {
    type   = "metric"
    x      = 8 * (index % 3)
    y      = 3 + 6 * floor(index / 3)
    width  = 8
    height = 6
    properties = {
      title   = graph.title
      region  = data.aws_region.this.region
      view    = "timeSeries"
      stat    = graph.stat
      period  = 60
      metrics = graph.metrics
    }
  }]

  queries = [for index, title in sort(keys(var.log_queries)) : {
    type   = "log"
    x      = 0
    y      = 3 + 6 * local.rows_of_graphs + 6 * index
    width  = 24
    height = 6
    properties = {
      title  = title
      region = data.aws_region.this.region
      view   = "table"
      query  = join(" | ", concat([for group in var.log_queries[title].log_groups : "SOURCE '${group}'"], [var.log_queries[title].query]))
    }
  }]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({ widgets = concat(local.alarms, local.graphs, local.queries) })
}
