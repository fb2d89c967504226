mock_provider "aws" { source = "../../tests/mocks" }

variables {
  repositories      = ["shop-prod/app", "shop-prod/mirror/nginx"]
  key_arn           = "arn:aws:kms:us-east-1:111122223333:key/1"
  replica_regions   = ["us-west-2"]
  replicated_prefix = "shop-prod/"
  registry_settings = true
}

run "a_tag_never_moves_and_every_image_is_scanned_and_encrypted" {
  assert {
    condition = alltrue([
      for repository in values(aws_ecr_repository.this) :
      repository.image_tag_mutability == "IMMUTABLE" && repository.image_scanning_configuration[0].scan_on_push &&
      repository.encryption_configuration[0].kms_key == var.key_arn && !repository.force_delete
    ])
    error_message = "An image could change under its tag, go unscanned or in the clear, or be lost with its repository."
  }

  assert {
    condition = (
      aws_ecr_registry_scanning_configuration.this["this"].scan_type == "ENHANCED" &&
      one(aws_ecr_registry_scanning_configuration.this["this"].rule).scan_frequency == "CONTINUOUS_SCAN"
    )
    error_message = "A hole that is found after the push is not seen."
  }
}

run "old_images_go_and_the_ones_to_go_back_to_stay" {
  assert {
    condition = alltrue([
      for policy in values(aws_ecr_lifecycle_policy.this) : one([
        for rule in jsondecode(policy.policy).rules : rule.selection.countNumber if rule.selection.countType == "imageCountMoreThan"
      ]) == 50
    ])
    error_message = "A repository keeps another number of images."
  }

  assert {
    condition     = toset(keys(aws_ecr_lifecycle_policy.this)) == var.repositories
    error_message = "A repository grows for ever."
  }
}

run "every_region_has_the_images" {
  assert {
    condition = (
      one(one(one(aws_ecr_replication_configuration.this["this"].replication_configuration).rule).destination).region == "us-west-2" &&
      one(one(one(aws_ecr_replication_configuration.this["this"].replication_configuration).rule).repository_filter).filter == "shop-prod/"
    )
    error_message = "A region starts no pod while the other is down."
  }
}

run "the_next_environments_pipeline_pulls_and_does_no_more" {
  variables {
    pulled_by = { "shop-prod/app" = ["arn:aws:iam::222233334444:role/shop-next-pipeline"] }
  }

  assert {
    condition = { for name, one in aws_ecr_repository_policy.this : name => jsondecode(one.policy).Statement } == { "shop-prod/app" = [{
      Sid       = "Pull"
      Effect    = "Allow"
      Action    = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      Principal = { AWS = ["arn:aws:iam::222233334444:root"] }
      Condition = { ArnEquals = { "aws:PrincipalArn" = ["arn:aws:iam::222233334444:role/shop-next-pipeline"] } }
    }] }
    error_message = "The next environment could not take the image, another could, or one could be put here that was not built."
  }
}

run "nobody_else_pulls" {
  assert {
    condition     = length(aws_ecr_repository_policy.this) == 0
    error_message = "Another account pulls, though none was named."
  }
}

run "a_whole_account_and_a_repository_that_is_not_there_are_refused" {
  command = plan
  variables {
    pulled_by = { "shop-prod/web" = ["arn:aws:iam::222233334444:role/*"] }
  }
  expect_failures = [var.pulled_by]
}

run "the_registry_is_set_once" {
  variables {
    registry_settings = false
    keep              = false
  }

  assert {
    condition     = length(aws_ecr_registry_scanning_configuration.this) + length(aws_ecr_replication_configuration.this) == 0
    error_message = "A copy would change the registry of all."
  }

  assert {
    condition     = alltrue([for repository in values(aws_ecr_repository.this) : repository.force_delete])
    error_message = "A copy could not be taken down."
  }
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    repositories      = ["Shop"]
    key_arn           = "alias/ecr"
    kept_images       = 1
    replica_regions   = ["oregon"]
    replicated_prefix = ""
  }
  expect_failures = [var.repositories, var.key_arn, var.kept_images, var.replica_regions, var.replicated_prefix]
}
