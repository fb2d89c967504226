# the checksums and the digest are filled in by who mirrors them: with zeros a runner stops at its checksum, a job at its image
gitlab = {
  url            = "https://gitlab.example.com"
  runner_version = "18.5.0"
  helpers_sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
  runner_sha256  = "0000000000000000000000000000000000000000000000000000000000000000"
}

tools_digest = "sha256:0000000000000000000000000000000000000000000000000000000000000000"

signing = { here = false }
