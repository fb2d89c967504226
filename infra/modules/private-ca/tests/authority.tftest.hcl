mock_provider "aws" { source = "../../tests/mocks" }

variables {
  common_name  = "shop-prod app hosts"
  organization = "Shop"
}

run "certificates_are_short_lived" {
  command = plan

  assert {
    condition     = aws_acmpca_certificate_authority.this.usage_mode == "SHORT_LIVED_CERTIFICATE"
    error_message = "A certificate could outlive what it is for, and nothing here revokes one."
  }

  assert {
    condition = (
      aws_acmpca_certificate_authority.this.type == "ROOT" &&
      aws_acmpca_certificate_authority.this.certificate_authority_configuration[0].key_algorithm == "EC_prime256v1"
    )
    error_message = "The authority is another than was asked for."
  }
}

run "the_authority_signs_itself" {
  command = plan

  assert {
    condition = (
      aws_acmpca_certificate.root.template_arn == "arn:aws:acm-pca:::template/RootCACertificate/V1" &&
      aws_acmpca_certificate.root.validity[0].type == "YEARS" && aws_acmpca_certificate.root.validity[0].value == "10"
    )
    error_message = "The authority would stay without a certificate, and issue none."
  }
}

run "values_out_of_range_are_refused" {
  command = plan
  variables {
    common_name    = ""
    organization   = ""
    validity_years = 1.5
  }
  expect_failures = [var.common_name, var.organization, var.validity_years]
}
