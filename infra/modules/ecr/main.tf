data "aws_caller_identity" "this" {}

resource "aws_ecr_repository" "this" {
  for_each = var.repositories

  name         = each.value
  force_delete = !var.keep

  # A digest is what is deployed; a tag that could move would say another thing tomorrow.
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = var.key_arn
  }
}

resource "aws_ecr_lifecycle_policy" "this" {
  for_each = aws_ecr_repository.this

  repository = each.value.name

  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "What lost its tag goes after a fortnight"
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 14 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "The last ${var.kept_images} images stay"
        selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = var.kept_images }
        action       = { type = "expire" }
      },
    ]
  })
}

# A role is named by a condition and not as principal, which ECR refuses while there is none of that name: environments are built in
# their order, and the one after this comes later.
resource "aws_ecr_repository_policy" "this" {
  for_each = { for name, arns in var.pulled_by : name => sort(arns) if length(arns) > 0 }

  repository = aws_ecr_repository.this[each.key].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Pull"
      Effect    = "Allow"
      Action    = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      Principal = { AWS = distinct([for arn in each.value : "${join(":", slice(split(":", arn), 0, 5))}:root"]) }
      Condition = { ArnEquals = { "aws:PrincipalArn" = each.value } }
    }]
  })
}

resource "aws_ecr_registry_scanning_configuration" "this" {
  for_each = var.registry_settings ? toset(["this"]) : toset([])

  scan_type = "ENHANCED"

  rule {
    scan_frequency = "CONTINUOUS_SCAN"

    repository_filter {
      filter      = "*"
      filter_type = "WILDCARD"
    }
  }
}

resource "aws_ecr_replication_configuration" "this" {
  for_each = var.registry_settings && length(var.replica_regions) > 0 ? toset(["this"]) : toset([])

  replication_configuration {
    rule {
      dynamic "destination" {
        for_each = var.replica_regions

        content {
          region      = destination.value
          registry_id = data.aws_caller_identity.this.account_id
        }
      }

      repository_filter {
        filter      = var.replicated_prefix
        filter_type = "PREFIX_MATCH"
      }
    }
  }
}
