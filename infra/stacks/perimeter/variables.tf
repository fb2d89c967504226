variable "app_port" {
  description = "Port of the proxies, where the load balancer sends to."
  type        = number
  default     = 8443
  nullable    = false

  validation {
    condition     = var.app_port > 1023 && var.app_port < 65536
    error_message = "app_port must be between 1024 and 65535: the proxies are not root."
  }
}

variable "webhook_ports" {
  description = "Where the control plane calls the nodes: the kubelet, and pods that serve webhooks and metrics."
  type        = set(number)
  default     = [443, 4443, 9443, 10250]
  nullable    = false

  validation {
    condition     = contains(var.webhook_ports, 10250) && alltrue([for port in var.webhook_ports : port > 0 && port < 65536])
    error_message = "webhook_ports must be ports, the kubelet's (10250) among them."
  }
}
