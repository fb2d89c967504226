data "aws_caller_identity" "this" {}

data "aws_partition" "this" {}

locals {
  arn = "arn:${data.aws_partition.this.partition}:s3:::${var.name}"

  from_this_account = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.this.account_id } }

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Action    = "s3:*"
        Resource  = [local.arn, "${local.arn}/*"]
        Principal = "*"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }],
      [for name in sort(keys(var.writers)) : {
        Sid       = "Write${title(replace(name, "/[^A-Za-z0-9]/", ""))}"
        Effect    = "Allow"
        Action    = "s3:PutObject"
        Resource  = "${local.arn}/${var.writers[name].prefix}*"
        Principal = { Service = var.writers[name].principal }
        Condition = local.from_this_account
      }],
      [for name in sort(keys(var.writers)) : {
        Sid       = "Acl${title(replace(name, "/[^A-Za-z0-9]/", ""))}"
        Effect    = "Allow"
        Action    = ["s3:GetBucketAcl", "s3:ListBucket"]
        Resource  = local.arn
        Principal = { Service = var.writers[name].principal }
        Condition = local.from_this_account
      } if var.writers[name].reads_acl],
    )
  })
}

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_144:logs are kept in the region that they tell of; a copy in another is bought where a law asks for it
  #checkov:skip=CKV2_AWS_62:nobody waits for single log files
  #checkov:skip=CKV_AWS_18:the bucket that takes the access logs cannot log into itself; the others have aws_s3_bucket_logging below
  #checkov:skip=CKV_AWS_145:load balancers and S3 access logs write only under S3's own key; the others are given a key
  bucket              = var.name
  object_lock_enabled = var.locked_days > 0

  lifecycle {
    prevent_destroy = true

    precondition {
      condition     = var.locked_days == 0 || !contains([for writer in values(var.writers) : writer.principal], "config.amazonaws.com")
      error_message = "Config does not write into a bucket that locks what is new: give it another."
    }

    precondition {
      condition     = var.retention_days == null || try(var.locked_days <= var.retention_days, false)
      error_message = "Objects would be locked for longer than they are kept: the lock would win."
    }

    precondition {
      condition     = var.archive_after_days == null || var.retention_days == null || try(var.archive_after_days + 30 <= var.retention_days, false)
      error_message = "Objects would be archived less than 30 days before their end: that costs more than it saves."
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    bucket_key_enabled = var.key_arn != null

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.key_arn
    }
  }
}

resource "aws_s3_bucket_object_lock_configuration" "this" {
  for_each = var.locked_days > 0 ? toset(["this"]) : toset([])

  bucket = aws_s3_bucket.this.id

  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = var.locked_days
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    id     = "age"
    status = "Enabled"

    filter {}

    dynamic "transition" {
      for_each = var.archive_after_days == null ? toset([]) : toset([var.archive_after_days])

      content {
        days          = transition.value
        storage_class = "GLACIER_IR"
      }
    }

    dynamic "expiration" {
      for_each = var.retention_days == null ? toset([]) : toset([var.retention_days])

      content {
        days = expiration.value
      }
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_logging" "this" {
  for_each = var.access_log == null ? toset([]) : toset(["this"])

  bucket        = aws_s3_bucket.this.id
  target_bucket = var.access_log.bucket
  target_prefix = "s3/${var.name}/"
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = local.policy

  depends_on = [aws_s3_bucket_public_access_block.this]
}
