// Plane is a Kubernetes control plane in one program, for tests: the servers that Kubernetes itself ships, linked together,
// so that a test machine without containers can have a real API server.
//
//	plane etcd|apiserver|controller-manager|scheduler FLAGS…   that server, with its own flags
//	plane tokens FLAGS…                                        says who an EKS bearer token belongs to (a webhook for apiserver)
//	plane fill FLAGS…                                          writes nodes and running pods, fast
package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

var parts = map[string]func(args []string) error{
	"etcd":               func(args []string) error { etcdmain.Main(append([]string{"etcd"}, args...)); return nil },
	"apiserver":          server(apiserver.NewAPIServerCommand),
	"controller-manager": server(controllers.NewControllerManagerCommand),
	"scheduler":          server(func() *cobra.Command { return scheduler.NewSchedulerCommand() }),
	"tokens":             serveTokens,
	"fill":               fill,
}

func main() {
	if len(os.Args) < 2 || parts[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: plane", strings.Join(slices.Sorted(maps.Keys(parts)), "|"), "FLAGS…")
		os.Exit(2)
	}
	name, args := os.Args[1], os.Args[2:]
	// The linked servers parse the process's own arguments, not a list that is handed to them.
	os.Args = append([]string{name}, args...)
	if err := parts[name](args); err != nil {
		fmt.Fprintln(os.Stderr, "plane", name+":", err)
		os.Exit(1)
	}
}

func server(command func() *cobra.Command) func([]string) error {
	return func([]string) error {
		os.Exit(cli.Run(command()))
		return nil
	}
}
