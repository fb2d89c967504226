# Who gets which addresses. No resources: a plan that can be computed and refused before anything is made.
#
# A region's block is halved. The App VPC has the first half: pods take their addresses from it. Of the second half the
# Security VPC, the LB VPC and the VPN's clients have a sixteenth each; the rest is free for what comes.

locals {
  names  = sort(keys(var.regions))
  number = try(tonumber(regex("[0-9]+$", var.copy)), 0)

  # A copy is as small as can be: a /17 for each region, found by its number. The numbers of two copies that live at the
  # same time may meet after the space has been gone round once; stacks/network then finds the other's VPCs and refuses.
  copy_bits   = 17 - tonumber(split("/", var.copy_space)[1])
  copy_blocks = { for index, name in local.names : name => cidrsubnet(var.copy_space, local.copy_bits, (local.number * length(local.names) + index) % pow(2, local.copy_bits)) }

  blocks = var.copy == "" ? var.regions : local.copy_blocks

  plan = { for name, block in local.blocks : name => {
    block    = block
    app      = cidrsubnet(block, 1, 0)
    security = cidrsubnet(block, 5, 16)
    lb       = cidrsubnet(block, 5, 17)
    clients  = cidrsubnet(block, 5, 18)
  } }

  taken = concat(
    [for name, block in local.blocks : { who = name, block = block }],
    [for block in var.elsewhere : { who = "elsewhere", block = block }],
    # what is not a copy must leave the copies their space, and a copy must not meet the environments
    var.copy == "" ? [{ who = "the copies' space", block = var.copy_space }] : [for name, block in var.regions : { who = "${name} of the environment", block = block }],
  )

  # Two blocks overlap where they begin the same, seen through the shorter of their prefixes.
  pairs = flatten([for i, one in local.taken : [for j, other in local.taken : {
    text   = "${one.block} (${one.who}) and ${other.block} (${other.who})"
    prefix = min(tonumber(split("/", one.block)[1]), tonumber(split("/", other.block)[1]))
    one    = split("/", one.block)[0]
    other  = split("/", other.block)[0]
  } if i < j && !(one.who == "elsewhere" && other.who == "elsewhere")]])

  overlaps = [for pair in local.pairs : pair.text if cidrhost("${pair.one}/${pair.prefix}", 0) == cidrhost("${pair.other}/${pair.prefix}", 0)]
}
