mock_provider "aws" {
  source = "../../tests/mocks"

  mock_resource "aws_secretsmanager_secret" {
    defaults = { arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:shop-prod/runner-token" }
  }
}

variables {
  name                   = "shop-prod"
  purpose                = "jobs"
  log_group              = { name = "/shop-prod/hosts/journal", arn = "arn:aws:logs:us-east-1:111122223333:log-group:/shop-prod/hosts/journal" }
  subnet_ids             = { us-east-1a = "subnet-0a1", us-east-1b = "subnet-0b1" }
  vpc_security_group_ids = ["sg-0123456789abcdef0"]
  image_id               = "ami-0123456789abcdef0"
  gitlab = {
    url            = "https://gitlab.example.com"
    runner_version = "18.5.0"
    runner_sha256  = "87dd36cfa1b8b50554e6e2ca29168272e26755b19ba5438341f7c66b36decc19"
    helpers_sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
  }
  registry = {
    url           = "111122223333.dkr.ecr.us-east-1.amazonaws.com/shop-prod"
    default_image = "111122223333.dkr.ecr.us-east-1.amazonaws.com/shop-prod/ci/tools@sha256:87dd36cfa1b8b50554e6e2ca29168272e26755b19ba5438341f7c66b36decc19"
  }
  roles   = { pipeline = "arn:aws:iam::111122223333:role/shop-prod-pipeline" }
  mirror  = "shop-prod-mirror"
  key_arn = "arn:aws:kms:us-east-1:111122223333:key/1"
}

run "a_runner_acts_by_roles_and_holds_no_key" {
  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.runner.policy).Statement : statement.Resource if statement.Sid == "Roles"
    ]) == [var.roles.pipeline]
    error_message = "A runner could become something else than the pipeline."
  }

  assert {
    condition     = aws_iam_role.runner.name == "shop-prod-runner-jobs-us-east-1"
    error_message = "The pipeline's role would not trust the runner."
  }

  assert {
    condition     = !can(regex("(?i)aws_secret_access_key|aws_access_key_id|glrt-", base64decode(aws_launch_template.runner.user_data)))
    error_message = "A key or a token is in the user data, which everybody reads who may describe instances."
  }
}

run "only_the_fleet_that_deploys_becomes_the_deployer" {
  variables {
    purpose = "deploy"
    roles   = { pipeline = "arn:aws:iam::111122223333:role/shop-prod-pipeline", deploy = "arn:aws:iam::111122223333:role/shop-prod-deploy" }
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.runner.policy).Statement : statement.Resource if statement.Sid == "Roles"
    ]) == [var.roles.pipeline, var.roles.deploy]
    error_message = "Terraform could not run, or as something else."
  }

  assert {
    condition     = startswith(aws_iam_role.runner.name, "shop-prod-runner-deploy-") && strcontains(base64decode(aws_launch_template.runner.user_data), "[profile deploy]")
    error_message = "The deployer's role would not trust the fleet, or no job could ask for it."
  }

  assert {
    condition     = strcontains(base64decode(aws_launch_template.runner.user_data), "security_opt = [\"no-new-privileges:true\"]\n")
    error_message = "What gets out of its container finds the deployer."
  }
}

run "other_fleets_know_nothing_of_it" {
  assert {
    condition     = !strcontains(base64decode(aws_launch_template.runner.user_data), "profile deploy")
    error_message = "A job would be told of a role that it must not have."
  }
}

run "only_the_fleet_that_builds_lets_jobs_nest" {
  variables {
    purpose = "build"
    nests   = true
  }

  assert {
    condition     = strcontains(base64decode(aws_launch_template.runner.user_data), "security_opt = [\"no-new-privileges:true\", \"seccomp=unconfined\"]\n") && strcontains(base64decode(aws_launch_template.runner.user_data), "privileged = false")
    error_message = "buildah could make no namespace, or has the whole machine."
  }
}

run "a_deployer_beside_other_jobs_is_refused" {
  command = plan
  variables {
    roles = { pipeline = "arn:aws:iam::111122223333:role/shop-prod-pipeline", deploy = "arn:aws:iam::111122223333:role/shop-prod-deploy" }
  }
  expect_failures = [var.roles]
}

run "a_fleet_that_deploys_and_nests_is_refused" {
  command = plan
  variables {
    purpose = "deploy"
    nests   = true
    roles   = { pipeline = "arn:aws:iam::111122223333:role/shop-prod-pipeline", deploy = "arn:aws:iam::111122223333:role/shop-prod-deploy" }
  }
  expect_failures = [var.nests]
}

run "a_runners_own_logs_leave_it" {
  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.runner.policy).Statement : statement.Resource if statement.Sid == "Logs"
    ]) == "${var.log_group.arn}:*"
    error_message = "The agent may not write, or into other groups."
  }

  assert {
    condition = join(",", distinct([
      for file in jsondecode(regex("(?s)amazon-cloudwatch-agent.json <<'END'\n(.*?)\nEND", base64decode(aws_launch_template.runner.user_data))[0]).logs.logs_collected.files.collect_list :
      "${file.log_group_name} ${split("/", file.log_stream_name)[0]}"
    ])) == "/shop-prod/hosts/journal runner-jobs"
    error_message = "Nobody could read afterwards what a runner did in the week that it lived."
  }

  assert {
    condition     = strcontains(base64decode(aws_launch_template.runner.user_data), "dnf -y install docker jq amazon-cloudwatch-agent rsyslog\n")
    error_message = "There is no agent, or no file for it to read: Amazon Linux 2023 has a journal alone."
  }
}

run "the_runner_comes_with_the_images_that_it_requires" {
  assert {
    condition = alltrue([
      for line in ["${var.gitlab.runner_sha256}  gitlab-runner-18.5.0.x86_64.rpm\n", "${var.gitlab.helpers_sha256}  gitlab-runner-helper-images-18.5.0.noarch.rpm\n"] :
      strcontains(base64decode(aws_launch_template.runner.user_data), line)
    ])
    error_message = "The package requires gitlab-runner-helper-images of its own version: dnf would refuse to install it."
  }
}

run "what_a_runner_may_do_is_allowed" {
  assert {
    condition     = alltrue([for statement in jsondecode(aws_iam_role_policy.runner.policy).Statement : statement.Effect == "Allow"])
    error_message = "A runner is denied what it needs."
  }

  assert {
    condition     = one(one(aws_autoscaling_group.runner.instance_refresh).preferences).min_healthy_percentage == 100
    error_message = "While runners are replaced there would be none."
  }
}

run "the_runner_reads_one_secret_and_the_packages" {
  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.runner.policy).Statement : statement.Resource if statement.Sid == "Token"
    ]) == aws_secretsmanager_secret.token.arn
    error_message = "A runner reads other secrets than its own."
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.runner.policy).Statement : statement.Resource if statement.Sid == "JobImages"
    ]) == "arn:aws:ecr:*:111122223333:repository/shop-prod/*"
    error_message = "A runner pulls from other repositories, or not from ours."
  }
}

run "what_a_runner_starts_from_is_checked_and_jobs_are_held" {
  assert {
    condition = alltrue([
      for wanted in ["sha256sum -c", var.gitlab.runner_sha256, "privileged = false", "allowed_images = [\"${var.registry.url}/*\"]", "no-new-privileges:true"] :
      strcontains(base64decode(aws_launch_template.runner.user_data), wanted)
    ])
    error_message = "A runner takes a package on trust, or lets a job out of its container."
  }

  assert {
    condition     = aws_launch_template.runner.metadata_options[0].http_tokens == "required" && aws_launch_template.runner.block_device_mappings[0].ebs[0].kms_key_id == var.key_arn
    error_message = "The metadata service answers without a token, or the volume is in the clear."
  }
}

run "the_login_at_the_registry_is_renewed_by_what_the_image_has" {
  assert {
    condition = (
      strcontains(base64decode(aws_launch_template.runner.user_data), "enable --now registry-login.timer") &&
      !strcontains(base64decode(aws_launch_template.runner.user_data), "/etc/cron")
    )
    error_message = "Amazon Linux 2023 has no cron: after twelve hours no job would get its image."
  }
}

run "runners_stand_in_every_zone_and_live_a_week" {
  assert {
    condition     = toset(aws_autoscaling_group.runner.vpc_zone_identifier) == toset(values(var.subnet_ids)) && aws_autoscaling_group.runner.max_instance_lifetime == 604800
    error_message = "Nothing could be deployed while a zone is down, or what a job left behind lasts."
  }
}

run "an_image_from_elsewhere_is_refused" {
  command = plan
  variables {
    registry = { url = "111122223333.dkr.ecr.us-east-1.amazonaws.com/shop-prod", default_image = "docker.io/library/alpine" }
  }
  expect_failures = [var.registry]
}

run "a_registry_that_is_not_ours_is_refused" {
  command = plan
  variables {
    registry = { url = "docker.io/shop", default_image = "docker.io/shop/tools" }
  }
  expect_failures = [var.registry]
}

run "a_package_without_a_checksum_is_refused" {
  command = plan
  variables {
    gitlab = { url = "https://gitlab.example.com", runner_version = "latest", runner_sha256 = "", helpers_sha256 = "" }
  }
  expect_failures = [var.gitlab]
}

run "gitlab_in_the_clear_is_refused" {
  command = plan
  variables {
    gitlab = { url = "http://gitlab.example.com", runner_version = "18.5.0", runner_sha256 = "87dd36cfa1b8b50554e6e2ca29168272e26755b19ba5438341f7c66b36decc19", helpers_sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" }
  }
  expect_failures = [var.gitlab]
}

run "more_jobs_than_a_runner_bears_are_refused" {
  command = plan
  variables {
    fleet = { min_size = 1, max_size = 2, concurrent = 64 }
  }
  expect_failures = [var.fleet]
}

run "a_fleet_for_what_nobody_knows_is_refused" {
  command = plan
  variables {
    purpose = "lint"
  }
  expect_failures = [var.purpose]
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    name                   = "S"
    subnet_ids             = { us-east-1a = "subnet-0a1" }
    vpc_security_group_ids = []
    image_id               = "latest"
    instance_type          = "large"
    fleet                  = { min_size = 0, max_size = 2 }
    roles                  = { pipeline = "pipeline" }
    log_group              = { name = "journal", arn = "arn:aws:logs:us-east-1:111122223333:log-group:/x:*" }
    mirror                 = "s3://mirror"
    key_arn                = "alias/x"
    permissions_boundary   = "boundary"
  }
  expect_failures = [
    var.name, var.subnet_ids, var.vpc_security_group_ids, var.image_id, var.instance_type, var.fleet, var.roles, var.mirror, var.key_arn,
    var.permissions_boundary, var.log_group,
  ]
}
