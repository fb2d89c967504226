package main

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/diff"
	"k8s.io/client-go/kubernetes"
)

type lister func(context.Context, *kubernetes.Clientset, metav1.ListOptions) (runtime.Object, error)

func of[L runtime.Object](list func(*kubernetes.Clientset, context.Context, metav1.ListOptions) (L, error)) lister {
	return func(ctx context.Context, set *kubernetes.Clientset, options metav1.ListOptions) (runtime.Object, error) {
		return list(set, ctx, options)
	}
}

type set = *kubernetes.Clientset
type options = metav1.ListOptions

var kinds = map[string]lister{
	"namespaces":      of(func(s set, c context.Context, o options) (*corev1.NamespaceList, error) { return s.CoreV1().Namespaces().List(c, o) }),
	"nodes":           of(func(s set, c context.Context, o options) (*corev1.NodeList, error) { return s.CoreV1().Nodes().List(c, o) }),
	"pods":            of(func(s set, c context.Context, o options) (*corev1.PodList, error) { return s.CoreV1().Pods("").List(c, o) }),
	"services":        func(c context.Context, s set, o options) (runtime.Object, error) { return s.CoreV1().Services("").List(c, o) },
	"endpoints":       func(c context.Context, s set, o options) (runtime.Object, error) { return s.CoreV1().Endpoints("").List(c, o) },
	"configmaps":      func(c context.Context, s set, o options) (runtime.Object, error) { return s.CoreV1().ConfigMaps("").List(c, o) },
	"secrets":         func(c context.Context, s set, o options) (runtime.Object, error) { return s.CoreV1().Secrets("").List(c, o) },
	"serviceaccounts": func(c context.Context, s set, o options) (runtime.Object, error) { return s.CoreV1().ServiceAccounts("").List(c, o) },
	"events":          func(c context.Context, s set, o options) (runtime.Object, error) { return s.CoreV1().Events("").List(c, o) },
	"volumes":         func(c context.Context, s set, o options) (runtime.Object, error) { return s.CoreV1().PersistentVolumes().List(c, o) },
	"claims":          func(c context.Context, s set, o options) (runtime.Object, error) { return s.CoreV1().PersistentVolumeClaims("").List(c, o) },
	"deployments":     func(c context.Context, s set, o options) (runtime.Object, error) { return s.AppsV1().Deployments("").List(c, o) },
	"replicasets":     func(c context.Context, s set, o options) (runtime.Object, error) { return s.AppsV1().ReplicaSets("").List(c, o) },
	"statefulsets":    func(c context.Context, s set, o options) (runtime.Object, error) { return s.AppsV1().StatefulSets("").List(c, o) },
	"daemonsets":      func(c context.Context, s set, o options) (runtime.Object, error) { return s.AppsV1().DaemonSets("").List(c, o) },
	"revisions":       func(c context.Context, s set, o options) (runtime.Object, error) { return s.AppsV1().ControllerRevisions("").List(c, o) },
	"jobs":            func(c context.Context, s set, o options) (runtime.Object, error) { return s.BatchV1().Jobs("").List(c, o) },
	"cronjobs":        func(c context.Context, s set, o options) (runtime.Object, error) { return s.BatchV1().CronJobs("").List(c, o) },
	"autoscalers": func(c context.Context, s set, o options) (runtime.Object, error) {
		return s.AutoscalingV2().HorizontalPodAutoscalers("").List(c, o)
	},
	"budgets":        func(c context.Context, s set, o options) (runtime.Object, error) { return s.PolicyV1().PodDisruptionBudgets("").List(c, o) },
	"endpointslices": func(c context.Context, s set, o options) (runtime.Object, error) { return s.DiscoveryV1().EndpointSlices("").List(c, o) },
	"leases":         func(c context.Context, s set, o options) (runtime.Object, error) { return s.CoordinationV1().Leases("").List(c, o) },
	"storageclasses": func(c context.Context, s set, o options) (runtime.Object, error) { return s.StorageV1().StorageClasses().List(c, o) },
}

func names() []string {
	var all []string
	for name := range kinds {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

func items(list runtime.Object) map[string]runtime.Object {
	all, err := meta.ExtractList(list)
	must(err, "list")
	found := map[string]runtime.Object{}
	for _, item := range all {
		object, _ := meta.Accessor(item)
		found[object.GetNamespace()+"/"+object.GetName()] = item
	}
	return found
}

// lists asks for every kind over JSON and over protobuf, and compares what did not change in between.
func lists(ctx context.Context, json, proto set) {
	for _, name := range names() {
		start := time.Now()
		plain, err := kinds[name](ctx, json, options{})
		expect(err == nil, "%s over JSON: %v", name, err)
		tookJSON := time.Since(start)
		start = time.Now()
		binary, err := kinds[name](ctx, proto, options{})
		expect(err == nil, "%s over protobuf: %v", name, err)
		if err != nil {
			continue
		}
		tookProto := time.Since(start)
		one, other := items(plain), items(binary)
		same, differ := 0, 0
		for key, item := range one {
			twin := other[key]
			if twin == nil {
				continue
			}
			a, _ := meta.Accessor(item)
			b, _ := meta.Accessor(twin)
			if a.GetResourceVersion() != b.GetResourceVersion() {
				continue
			}
			if equality.Semantic.DeepEqual(item, twin) {
				same++
			} else if differ++; differ == 1 {
				fmt.Println(diff.Diff(item, twin))
			}
		}
		expect(differ == 0, "%s: %d differ", name, differ)
		expect(same*10 >= len(one)*8, "%s: only %d of %d could be compared", name, same, len(one))
		fmt.Printf("     %-16s %6d   json %-8s protobuf %s\n", name, len(one), tookJSON.Round(time.Millisecond), tookProto.Round(time.Millisecond))
	}
}

// pages reads pods page by page, and compares the names with those of the whole list.
func pages(ctx context.Context, proto set) {
	whole, err := proto.CoreV1().Pods("").List(ctx, options{})
	must(err, "pods")
	limit := int64(len(whole.Items)/5 + 1)
	var paged []string
	next, count := "", 0
	for {
		page, err := proto.CoreV1().Pods("").List(ctx, options{Limit: limit, Continue: next})
		must(err, "page")
		for _, pod := range page.Items {
			paged = append(paged, pod.Namespace+"/"+pod.Name)
		}
		count++
		if next = page.Continue; next == "" {
			break
		}
		if count == 1 {
			left := int64(len(whole.Items)) - limit
			told := page.RemainingItemCount
			expect(told != nil && *told > left-10 && *told < left+10, "remaining: %v, expected about %d", told, left)
		}
	}
	var expected []string
	for _, pod := range whole.Items {
		expected = append(expected, pod.Namespace+"/"+pod.Name)
	}
	expect(count >= 4, "%d pages", count)
	missing := 0
	for _, name := range expected {
		if !slices.Contains(paged[:min(len(paged), 2000)], name) && len(expected) <= 2000 {
			missing++
		}
	}
	expect(missing*20 <= len(expected), "%d of %d pods are on no page", missing, len(expected))
	expect(slices.IsSorted(paged) || len(paged) > 0, "no pods")
	expect(reflect.DeepEqual(unique(paged), len(paged)), "a pod is on two pages")
}

func unique(names []string) int {
	seen := map[string]bool{}
	for _, name := range names {
		seen[name] = true
	}
	return len(seen)
}

func discovery(json set) {
	lists, err := json.Discovery().ServerPreferredResources()
	expect(err == nil, "discovery: %v", err)
	count := 0
	for _, list := range lists {
		count += len(list.APIResources)
	}
	expect(count >= len(kinds), "discovery tells %d resources", count)
	version, err := json.Discovery().ServerVersion()
	expect(err == nil && version.Major == "1", "version: %v %v", version, err)
}
