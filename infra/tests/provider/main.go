// A stand-in for hashicorp/aws: the real provider's schema, no account behind it.
//
// Terraform starts it as it would start the real one. It validates nothing that the schema does not say; it plans as AWS
// would where that needs no AWS (tags, regions, what is known after apply), and applying invents what AWS would assign.
// What stacks tell each other, and the VPCs, it keeps in the directory that STAND_IN_CLOUD names, so that a stack that is
// applied after another finds what the other left.
package main

import (
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

const address = "registry.terraform.io/hashicorp/aws"

func main() {
	schemas, err := load()
	if err == nil {
		stand := &provider{schemas: schemas, cloud: cloud{dir: os.Getenv("STAND_IN_CLOUD")}}
		err = tf6server.Serve(address, func() tfprotov6.ProviderServer { return stand })
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "stand-in provider:", err)
		os.Exit(1)
	}
}
