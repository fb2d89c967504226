mock_provider "aws" { source = "../../tests/mocks" }

variables {
  name       = "shop-prod"
  alarm_arns = ["arn:aws:cloudwatch:us-east-1:111122223333:alarm:shop-prod-customers"]
  graphs = [
    for number in range(4) : { title = "graph ${number}", metrics = [["AWS/NetworkELB", "ActiveFlowCount", "LoadBalancer", "net/shop/1"]] }
  ]
  log_queries = {
    "Errors" = { log_groups = ["/shop-prod/app"], query = "filter level = 'error' | sort @timestamp desc | limit 20" }
  }
}

run "the_gravest_is_on_top" {
  assert {
    condition = (
      jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets[0].type == "alarm" &&
      jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets[0].properties.alarms == [var.alarm_arns[0]]
    )
    error_message = "Alarms are not the first that one sees."
  }
}

run "widgets_do_not_lie_on_one_another" {
  assert {
    condition = length(distinct([
      for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : "${widget.x} ${widget.y}"
    ])) == 6
    error_message = "Two widgets are in one place."
  }

  assert {
    condition = one([
      for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget.y if widget.type == "log"
    ]) == 15
    error_message = "The log lines lie over the graphs."
  }
}

run "the_graphs_are_of_this_region" {
  assert {
    condition = alltrue([
      for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget.properties.region == "us-east-1" if widget.type != "alarm"
    ])
    error_message = "A graph would be empty, of another region."
  }
}

run "half_a_dimension_is_refused" {
  command = plan
  variables {
    graphs = [{ title = "flows", metrics = [["AWS/NetworkELB", "ActiveFlowCount", "LoadBalancer"]] }]
  }
  expect_failures = [var.graphs]
}

run "a_query_without_an_end_is_refused" {
  command = plan
  variables {
    log_queries = { "Errors" = { log_groups = ["/shop-prod/app"], query = "filter level = 'error'" } }
  }
  expect_failures = [var.log_queries]
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    name       = "a b"
    alarm_arns = []
  }
  expect_failures = [var.name, var.alarm_arns]
}
