variables {
  regions = {
    us-east-1 = "10.0.0.0/15"
    us-west-2 = "10.2.0.0/15"
  }
  elsewhere = ["10.16.0.0/12", "10.32.0.0/12"]
}

run "a_region_is_divided_into_blocks_that_lie_apart" {
  assert {
    condition = output.plan["us-west-2"] == {
      block    = "10.2.0.0/15"
      app      = "10.2.0.0/16"
      security = "10.3.0.0/20"
      lb       = "10.3.16.0/20"
      clients  = "10.3.32.0/20"
    }
    error_message = "us-west-2 is divided otherwise: ${jsonencode(output.plan["us-west-2"])}"
  }
}

run "a_copy_has_a_small_block_by_its_number" {
  variables {
    copy = "pr-123"
  }
  # 123 * 2 = 246, and 246 mod 128 = 118
  assert {
    condition     = output.plan["us-east-1"].block == cidrsubnet("10.192.0.0/10", 7, 118) && output.plan["us-west-2"].block == cidrsubnet("10.192.0.0/10", 7, 119)
    error_message = "pr-123 is elsewhere: ${jsonencode(output.plan)}"
  }
  assert {
    condition     = endswith(output.plan["us-east-1"].app, "/18") && endswith(output.plan["us-east-1"].clients, "/22")
    error_message = "Its parts have another size: ${jsonencode(output.plan["us-east-1"])}"
  }
}

run "two_copies_lie_apart" {
  variables {
    copy = "pr-124"
  }
  assert {
    condition     = output.plan["us-east-1"].block != run.a_copy_has_a_small_block_by_its_number.plan["us-east-1"].block && output.plan["us-east-1"].block != run.a_copy_has_a_small_block_by_its_number.plan["us-west-2"].block
    error_message = "pr-123 and pr-124 have the same block."
  }
}

run "regions_that_overlap_are_refused" {
  variables {
    regions = {
      us-east-1 = "10.0.0.0/15"
      us-west-2 = "10.0.0.0/15"
    }
  }
  command         = plan
  expect_failures = [output.plan]
}

run "an_overlap_with_another_environment_is_refused" {
  variables {
    elsewhere = ["10.0.0.0/9"]
  }
  command         = plan
  expect_failures = [output.plan]
}

run "an_environment_in_the_space_of_copies_is_refused" {
  variables {
    regions = { us-east-1 = "10.200.0.0/15" }
  }
  command         = plan
  expect_failures = [output.plan]
}

run "a_copy_that_meets_its_environment_is_refused" {
  variables {
    copy       = "pr-1"
    copy_space = "10.0.0.0/10"
    elsewhere  = []
  }
  command         = plan
  expect_failures = [output.plan]
}

run "a_block_that_does_not_begin_at_its_prefix_is_refused" {
  variables {
    regions = { us-east-1 = "10.1.0.0/15" }
  }
  command         = plan
  expect_failures = [var.regions]
}

run "a_small_block_is_refused" {
  variables {
    regions = { us-east-1 = "10.0.0.0/16" }
  }
  command         = plan
  expect_failures = [var.regions]
}
