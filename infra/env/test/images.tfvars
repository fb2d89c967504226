kubernetes_version = "1.34"

# of goss-0.4.9-linux-amd64, as its source builds it, and of fluent-bit-4.1.1.x86_64.rpm: to be filled in by who mirrors it and has
# checked its makers' signature (ci/mirror-packages fill); with zeros a build stops at its checksum
checksums = {
  goss       = "63b17405794f80e0f3923213e0a31a5e4458ddcf0d7e8847307b461f28cc8e52"
  fluent_bit = "0000000000000000000000000000000000000000000000000000000000000000"
}
