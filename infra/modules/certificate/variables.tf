variable "domain_name" {
  description = "The name that the certificate is for."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9-]+\\.)+[a-z]+$", var.domain_name))
    error_message = "domain_name must be a whole domain name, without a wildcard (see `subdomains`)."
  }
}

variable "subdomains" {
  description = "Whether it is for one level of names below as well."
  type        = bool
  default     = false
  nullable    = false
}

variable "zone_id" {
  description = "Hosted zone that proves the name is ours."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.zone_id) > 0
    error_message = "zone_id must not be empty."
  }
}

variable "prove" {
  description = "Whether this call writes the proof. An account has one proof for a name, whatever the region: where the same name has a certificate in several regions, one writes it."
  type        = bool
  default     = true
  nullable    = false
}

variable "key_algorithm" {
  description = "Kind of key. A Client VPN endpoint takes RSA of 2048 bits and no other."
  type        = string
  default     = "EC_prime256v1"
  nullable    = false

  validation {
    condition     = contains(["RSA_2048", "EC_prime256v1", "EC_secp384r1"], var.key_algorithm)
    error_message = "key_algorithm must be RSA_2048, EC_prime256v1 or EC_secp384r1."
  }
}
