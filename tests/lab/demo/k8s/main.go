// Asks a cluster of the demo estate what Kubernetes' own Go client asks, and says where the answers do not fit together.
//
//	go run . KUBECONFIG
//
// Everything is asked over protobuf and over JSON, and what comes back must be the same. Exits with 1 if anything is not.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

var failed int

// expect says what is not as it should be.
func expect(ok bool, format string, args ...any) {
	if !ok {
		failed++
		fmt.Printf("FAIL "+format+"\n", args...)
	}
}

// must ends the run: without this nothing that follows makes sense.
func must(err error, what string) {
	if err != nil {
		fmt.Printf("FAIL %s: %v\n", what, err)
		os.Exit(1)
	}
}

func clients(config *rest.Config) (json, proto *kubernetes.Clientset) {
	config.QPS, config.Burst = 1000, 1000
	plain, binary := rest.CopyConfig(config), rest.CopyConfig(config)
	plain.ContentType, plain.AcceptContentTypes = "application/json", "application/json"
	binary.ContentType = "application/vnd.kubernetes.protobuf"
	binary.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	json, err := kubernetes.NewForConfig(plain)
	must(err, "client")
	proto, err = kubernetes.NewForConfig(binary)
	must(err, "client")
	return json, proto
}

func main() {
	config, err := clientcmd.BuildConfigFromFlags("", os.Args[1])
	must(err, "kubeconfig")
	json, proto := clients(config)
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	steps := []struct {
		name string
		run  func()
	}{
		{"discovery", func() { discovery(json) }},
		{"lists", func() { lists(ctx, json, proto) }},
		{"pages", func() { pages(ctx, proto) }},
		{"watch over protobuf", func() { watches(ctx, proto) }},
		{"watch over JSON", func() { watches(ctx, json) }},
		{"informer", func() { informer(ctx, proto) }},
		{"writes over protobuf", func() { writes(ctx, proto) }},
		{"writes over JSON", func() { writes(ctx, json) }},
		{"exec", func() { exec(ctx, config, proto) }},
		{"logs", func() { logs(ctx, proto) }},
	}
	for _, step := range steps {
		before, start := failed, time.Now()
		step.run()
		fmt.Printf("%-4s %s (%s)\n", map[bool]string{true: "ok", false: "FAIL"}[before == failed], step.name,
			time.Since(start).Round(time.Millisecond))
	}
	if failed > 0 {
		os.Exit(1)
	}
}
