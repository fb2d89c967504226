# Read by infra/tests/check; the rules of Terraform itself are in the program, so nothing is downloaded.
plugin "terraform" {
  enabled = true
  preset  = "all"
}

# A stack tells what it has to tell by its parameter (publish.tf): it has no outputs.tf.
rule "terraform_standard_module_structure" {
  enabled = false
}
