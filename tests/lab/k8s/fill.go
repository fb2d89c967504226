package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"sync"
	"time"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

const namespaces, apps = 20, 200

// filler writes nodes and pods together with their status, past scheduler and kubelet: the way to many rows in little time.
// Names depend on the number alone, so running it again adds only what is not there yet.
type filler struct {
	client kubernetes.Interface
	nodes  int
	began  meta.Time
}

func fill(args []string) error {
	flags := flag.NewFlagSet("fill", flag.ExitOnError)
	kubeconfig := flags.String("kubeconfig", os.Getenv("KUBECONFIG"), "kubeconfig `file`")
	nodes := flags.Int("nodes", 1000, "how many nodes")
	pods := flags.Int("pods", 10000, "how many pods, dealt out to nodes and namespaces in turn")
	if err := flags.Parse(args); err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return err
	}
	config.QPS, config.ContentType = -1, "application/vnd.kubernetes.protobuf"
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	to := filler{client: client, nodes: *nodes, began: meta.Now()}
	for _, step := range []struct {
		what  string
		count int
		write func(context.Context, int) error
	}{{"namespaces", namespaces, to.namespace}, {"nodes", *nodes, to.node}, {"pods", *pods, to.pod}} {
		start := time.Now()
		if err := inParallel(step.count, step.write); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
		fmt.Printf("%d %s in %.1f s\n", step.count, step.what, time.Since(start).Seconds())
	}
	return nil
}

func inParallel(count int, write func(context.Context, int) error) error {
	const writers = 64
	ctx, stop := context.WithCancelCause(context.Background())
	defer stop(nil)
	numbers := make(chan int)
	var wait sync.WaitGroup
	for range min(writers, count) {
		wait.Go(func() {
			for number := range numbers {
				if err := write(ctx, number); err != nil && !errors.IsAlreadyExists(err) {
					stop(err)
				}
			}
		})
	}
	for number := range count {
		if ctx.Err() != nil {
			break
		}
		numbers <- number
	}
	close(numbers)
	wait.Wait()
	return context.Cause(ctx)
}

func (f filler) namespace(ctx context.Context, number int) error {
	object := &core.Namespace{ObjectMeta: meta.ObjectMeta{Name: fmt.Sprintf("load-%02d", number)}}
	_, err := f.client.CoreV1().Namespaces().Create(ctx, object, meta.CreateOptions{})
	return err
}

func nodeName(number int) string {
	return fmt.Sprintf("ip-10-31-%d-%d.ec2.internal", number/250, number%250+1)
}

func (f filler) node(ctx context.Context, number int) error {
	name, zone := nodeName(number), "us-east-1"+string("abc"[number%3])
	room := core.ResourceList{"cpu": resource.MustParse("16"), "memory": resource.MustParse("64Gi"), "pods": resource.MustParse("110")}
	object := &core.Node{
		ObjectMeta: meta.ObjectMeta{Name: name, Labels: map[string]string{
			"eks.amazonaws.com/nodegroup":      "load-" + zone,
			"kubernetes.io/arch":               "amd64",
			"kubernetes.io/hostname":           name,
			"kubernetes.io/os":                 "linux",
			"node.kubernetes.io/instance-type": "m7i.4xlarge",
			"topology.kubernetes.io/region":    "us-east-1",
			"topology.kubernetes.io/zone":      zone,
		}},
		Spec: core.NodeSpec{ProviderID: fmt.Sprintf("aws:///%s/i-%017x", zone, number)},
	}
	made, err := f.client.CoreV1().Nodes().Create(ctx, object, meta.CreateOptions{})
	if err != nil {
		return err
	}
	made.Status = core.NodeStatus{
		Capacity: room, Allocatable: room,
		Addresses: []core.NodeAddress{
			{Type: core.NodeInternalIP, Address: fmt.Sprintf("10.31.%d.%d", number/250, number%250+1)},
			{Type: core.NodeHostName, Address: name},
		},
		Conditions: []core.NodeCondition{{
			Type: core.NodeReady, Status: core.ConditionTrue, Reason: "KubeletReady", LastHeartbeatTime: f.began, LastTransitionTime: f.began,
		}},
		NodeInfo: core.NodeSystemInfo{
			Architecture: "amd64", OperatingSystem: "linux", OSImage: "Amazon Linux 2023.8", KubeletVersion: "v1.37.2-eks-lab",
			KernelVersion: "6.12.40-63.114.amzn2023.x86_64", ContainerRuntimeVersion: "containerd://2.1.4",
		},
	}
	_, err = f.client.CoreV1().Nodes().UpdateStatus(ctx, made, meta.UpdateOptions{})
	return err
}

// A pod of the size that pods have in earnest (about 9 kB of JSON once stored): two containers, probes' worth of status, labels.
func (f filler) pod(ctx context.Context, number int) error {
	app, namespace, yes := fmt.Sprintf("svc-%03d", number%apps), fmt.Sprintf("load-%02d", number%namespaces), true
	object := &core.Pod{
		ObjectMeta: meta.ObjectMeta{
			Name: fmt.Sprintf("%s-7c9f8d6b5-%05d", app, number), Namespace: namespace,
			Labels: map[string]string{"app.kubernetes.io/name": app, "app.kubernetes.io/part-of": "shop", "pod-template-hash": "7c9f8d6b5"},
			Annotations: map[string]string{
				"kubectl.kubernetes.io/restartedAt": "2026-11-23T10:00:00Z", "prometheus.io/port": "9090", "prometheus.io/scrape": "true",
			},
		},
		Spec: core.PodSpec{NodeName: nodeName(number % f.nodes), Containers: []core.Container{
			{
				Name: "app", Image: "123456789012.dkr.ecr.us-east-1.amazonaws.com/shop/" + app + ":2026.11.23-1",
				Ports:           []core.ContainerPort{{Name: "http", ContainerPort: 8080}},
				Env:             []core.EnvVar{{Name: "LOG_LEVEL", Value: "info"}, {Name: "REGION", Value: "us-east-1"}},
				Resources:       core.ResourceRequirements{Requests: core.ResourceList{"cpu": resource.MustParse("100m"), "memory": resource.MustParse("128Mi")}},
				SecurityContext: &core.SecurityContext{RunAsNonRoot: &yes, ReadOnlyRootFilesystem: &yes},
			},
			{Name: "fluent-bit", Image: "public.ecr.aws/aws-observability/aws-for-fluent-bit:3"},
		}},
	}
	made, err := f.client.CoreV1().Pods(namespace).Create(ctx, object, meta.CreateOptions{})
	if err != nil {
		return err
	}
	made.Status = core.PodStatus{
		Phase: core.PodRunning, StartTime: &f.began, HostIP: fmt.Sprintf("10.31.%d.%d", number%f.nodes/250, number%f.nodes%250+1),
		PodIP: fmt.Sprintf("10.%d.%d.%d", 40+number>>16, number>>8&255, number&255),
	}
	for _, kind := range []core.PodConditionType{core.PodInitialized, core.ContainersReady, core.PodReady} {
		made.Status.Conditions = append(made.Status.Conditions, core.PodCondition{Type: kind, Status: core.ConditionTrue, LastTransitionTime: f.began})
	}
	for _, container := range made.Spec.Containers {
		status := core.ContainerStatus{
			Name: container.Name, Image: container.Image, Ready: true, Started: &yes,
			State: core.ContainerState{Running: &core.ContainerStateRunning{StartedAt: f.began}},
		}
		if container.Name == "app" {
			status.RestartCount = int32(number % 7)
		}
		made.Status.ContainerStatuses = append(made.Status.ContainerStatuses, status)
	}
	_, err = f.client.CoreV1().Pods(namespace).UpdateStatus(ctx, made, meta.UpdateOptions{})
	return err
}
