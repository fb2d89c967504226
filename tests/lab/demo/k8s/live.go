package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"strings"
	"time"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/remotecommand"
	exec_ "k8s.io/client-go/util/exec"
)

const space = "default"

func configMap(name string) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"by": "check"}},
		Data:       map[string]string{"a": "1"},
		BinaryData: map[string][]byte{"b": {0, 1, 2, 255}},
	}
}

// watches makes, changes and deletes an object, and expects to be told of each, and only of what a selector selects.
func watches(ctx context.Context, s set) {
	maps := s.CoreV1().ConfigMaps(space)
	_ = maps.Delete(ctx, "watched", metav1.DeleteOptions{})
	list, err := maps.List(ctx, options{})
	must(err, "configmaps")
	seconds := int64(20)
	all, err := maps.Watch(ctx, options{ResourceVersion: list.ResourceVersion, TimeoutSeconds: &seconds, FieldSelector: "metadata.name=watched"})
	must(err, "watch")
	selected, err := maps.Watch(ctx, options{ResourceVersion: list.ResourceVersion, TimeoutSeconds: &seconds, LabelSelector: "phase=two"})
	must(err, "watch")
	made, err := maps.Create(ctx, configMap("watched"), metav1.CreateOptions{})
	must(err, "create")
	made.Labels["phase"] = "two"
	changed, err := maps.Update(ctx, made, metav1.UpdateOptions{})
	must(err, "update")
	changed.Labels["phase"] = "three"
	_, err = maps.Update(ctx, changed, metav1.UpdateOptions{})
	must(err, "update")
	must(maps.Delete(ctx, "watched", metav1.DeleteOptions{}), "delete")
	told := func(events watch.Interface, count int) (seen []watch.EventType) {
		defer events.Stop()
		for len(seen) < count {
			select {
			case event, open := <-events.ResultChan():
				if !open {
					return seen
				}
				object, is := event.Object.(*corev1.ConfigMap)
				expect(is && object.Name == "watched", "an event about %T", event.Object)
				if is && event.Type != watch.Deleted {
					expect(bytes.Equal(object.BinaryData["b"], []byte{0, 1, 2, 255}), "data is %v", object.BinaryData)
				}
				seen = append(seen, event.Type)
			case <-time.After(5 * time.Second):
				return seen
			}
		}
		return seen
	}
	expected := []watch.EventType{watch.Added, watch.Modified, watch.Modified, watch.Deleted}
	seen := told(all, 4)
	expect(equal(seen, expected), "the watch told %v", seen)
	seen = told(selected, 2)
	expect(equal(seen, []watch.EventType{watch.Added, watch.Deleted}), "the watch with a selector told %v", seen)
	old, err := maps.Watch(ctx, options{ResourceVersion: "1"})
	if err == nil {
		event := <-old.ResultChan()
		expect(event.Type == watch.Error && apierrors.IsResourceExpired(apierrors.FromObject(event.Object)), "an old watch told %v", event)
		old.Stop()
	} else {
		expect(apierrors.IsResourceExpired(err), "an old watch: %v", err)
	}
}

func equal(a, b []watch.EventType) bool {
	if len(a) != len(b) {
		return false
	}
	for at := range a {
		if a[at] != b[at] {
			return false
		}
	}
	return true
}

// informer lets client-go keep a cache of pods, by whichever of list and watch it likes best.
func informer(ctx context.Context, s set) {
	factory := informers.NewSharedInformerFactory(s, 0)
	pods := factory.Core().V1().Pods()
	informer := pods.Informer()
	stop := make(chan struct{})
	defer close(stop)
	factory.Start(stop)
	soon, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	expect(cache.WaitForCacheSync(soon.Done(), informer.HasSynced), "the informer never had all pods")
	list, err := s.CoreV1().Pods("").List(ctx, options{})
	must(err, "pods")
	have := len(informer.GetStore().ListKeys())
	expect(have*100 >= len(list.Items)*95 && have > 0, "the informer has %d pods, the list %d", have, len(list.Items))
}

// writes changes things in each way, and expects the errors that Go's own functions tell apart.
func writes(ctx context.Context, s set) {
	configs := s.CoreV1().ConfigMaps(space)
	_ = configs.Delete(ctx, "written", metav1.DeleteOptions{})
	made, err := configs.Create(ctx, configMap("written"), metav1.CreateOptions{})
	must(err, "create")
	expect(made.UID != "" && made.ResourceVersion != "" && !made.CreationTimestamp.IsZero(), "what was made is %v", made.ObjectMeta)
	_, err = configs.Create(ctx, configMap("written"), metav1.CreateOptions{})
	expect(apierrors.IsAlreadyExists(err), "made twice: %v", err)
	stale := made.DeepCopy()
	made.Data["c"] = "3"
	_, err = configs.Update(ctx, made, metav1.UpdateOptions{})
	must(err, "update")
	stale.Data["c"] = "4"
	_, err = configs.Update(ctx, stale, metav1.UpdateOptions{})
	expect(apierrors.IsConflict(err), "a stale update: %v", err)
	for kind, body := range map[types.PatchType]string{
		types.StrategicMergePatchType: `{"data":{"c":null,"strategic":"1"}}`,
		types.MergePatchType:          `{"data":{"merge":"1"}}`,
		types.JSONPatchType:           `[{"op":"add","path":"/data/json","value":"1"}]`,
	} {
		_, err = configs.Patch(ctx, "written", kind, []byte(body), metav1.PatchOptions{})
		expect(err == nil, "%s: %v", kind, err)
	}
	now, err := configs.Get(ctx, "written", metav1.GetOptions{})
	must(err, "get")
	expect(maps.Equal(now.Data, map[string]string{"a": "1", "strategic": "1", "merge": "1", "json": "1"}), "patched it is %v", now.Data)
	_, err = configs.Patch(ctx, "written", types.MergePatchType, []byte(`{"data":{"dry":"1"}}`), metav1.PatchOptions{DryRun: []string{"All"}})
	expect(err == nil, "dry run: %v", err)
	dry, err := configs.Get(ctx, "written", metav1.GetOptions{})
	expect(err == nil && dry.Data["dry"] == "", "a dry run was not dry")
	wrong := types.UID("another")
	err = configs.Delete(ctx, "written", metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &wrong}})
	expect(apierrors.IsConflict(err), "deleted in spite of its uid: %v", err)
	must(configs.Delete(ctx, "written", metav1.DeleteOptions{}), "delete")
	_, err = configs.Get(ctx, "written", metav1.GetOptions{})
	expect(apierrors.IsNotFound(err), "deleted, and still: %v", err)
	_, err = s.CoreV1().Pods("").List(ctx, options{FieldSelector: "spec.wrong=1"})
	expect(apierrors.IsBadRequest(err), "a field that is not known: %v", err)
	scales(ctx, s)
}

func scales(ctx context.Context, s set) {
	all, err := s.AppsV1().Deployments("").List(ctx, options{})
	must(err, "deployments")
	if len(all.Items) == 0 {
		return
	}
	one := all.Items[0]
	scale, err := s.AppsV1().Deployments(one.Namespace).GetScale(ctx, one.Name, metav1.GetOptions{})
	must(err, "scale")
	expect(scale.Spec.Replicas == *one.Spec.Replicas && scale.Status.Selector != "", "the scale is %v", scale)
	more := &autoscalingv1.Scale{ObjectMeta: metav1.ObjectMeta{Name: one.Name, Namespace: one.Namespace}, Spec: autoscalingv1.ScaleSpec{Replicas: scale.Spec.Replicas + 1}}
	_, err = s.AppsV1().Deployments(one.Namespace).UpdateScale(ctx, one.Name, more, metav1.UpdateOptions{})
	must(err, "scale")
	again, err := s.AppsV1().Deployments(one.Namespace).Get(ctx, one.Name, metav1.GetOptions{})
	must(err, "deployment")
	expect(*again.Spec.Replicas == scale.Spec.Replicas+1, "scaled to %d", *again.Spec.Replicas)
	expect(again.Generation == one.Generation+1, "the generation went from %d to %d", one.Generation, again.Generation)
	more.Spec.Replicas--
	_, err = s.AppsV1().Deployments(one.Namespace).UpdateScale(ctx, one.Name, more, metav1.UpdateOptions{})
	must(err, "scale")
	gone := &policyv1.Eviction{ObjectMeta: metav1.ObjectMeta{Name: "nobody", Namespace: space}}
	expect(apierrors.IsNotFound(s.PolicyV1().Evictions(space).Evict(ctx, gone)), "nobody was evicted")
}

// running finds a pod with a container that runs.
func running(ctx context.Context, s set) (*corev1.Pod, string) {
	list, err := s.CoreV1().Pods("").List(ctx, options{FieldSelector: "status.phase=Running"})
	must(err, "pods")
	for _, pod := range list.Items {
		for _, status := range pod.Status.ContainerStatuses {
			if status.State.Running != nil && status.Ready {
				return &pod, status.Name
			}
		}
	}
	return nil, ""
}

func exec(ctx context.Context, config *rest.Config, s set) {
	pod, container := running(ctx, s)
	expect(pod != nil, "no pod runs")
	if pod == nil {
		return
	}
	run := func(stdin io.Reader, command ...string) (string, string, error) {
		request := s.CoreV1().RESTClient().Post().Resource("pods").Namespace(pod.Namespace).Name(pod.Name).SubResource("exec")
		request.VersionedParams(&corev1.PodExecOptions{Container: container, Command: command, Stdin: stdin != nil, Stdout: true, Stderr: true}, scheme.ParameterCodec)
		executor, err := remotecommand.NewWebSocketExecutor(config, "GET", request.URL().String())
		must(err, "executor")
		var out, errs bytes.Buffer
		err = executor.StreamWithContext(ctx, remotecommand.StreamOptions{Stdin: stdin, Stdout: &out, Stderr: &errs})
		return out.String(), errs.String(), err
	}
	out, _, err := run(nil, "cat", "/etc/os-release")
	expect(err == nil && strings.Contains(out, "NAME="), "cat: %q %v", out, err)
	out, _, err = run(nil, "hostname")
	expect(err == nil && strings.TrimSpace(out) == pod.Name, "hostname: %q %v", out, err)
	_, errs, err := run(nil, "sh", "-c", "ls /nowhere; exit 3")
	var code exec_.CodeExitError
	expect(errors.As(err, &code) && code.Code == 3 && strings.Contains(errs, "No such file"), "exit 3: %q %v", errs, err)
	out, _, err = run(strings.NewReader("one\ntwo\n"), "cat")
	expect(err == nil && out == "one\ntwo\n", "cat of the input: %q %v", out, err)
	out, _, err = run(strings.NewReader("echo $HOSTNAME\nexit 0\n"), "sh")
	expect(err == nil && strings.TrimSpace(out) == pod.Name, "sh: %q %v", out, err)
	_, _, err = run(nil, "nonsense")
	expect(err != nil && strings.Contains(err.Error(), "executable file not found"), "nonsense: %v", err)
}

func logs(ctx context.Context, s set) {
	pod, container := running(ctx, s)
	if pod == nil {
		return
	}
	tail := int64(5)
	read := func(o *corev1.PodLogOptions) (string, error) {
		o.Container = container
		text, err := s.CoreV1().Pods(pod.Namespace).GetLogs(pod.Name, o).DoRaw(ctx)
		return string(text), err
	}
	text, err := read(&corev1.PodLogOptions{TailLines: &tail, Timestamps: true})
	expect(err == nil, "logs: %v", err)
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	expect(text == "" || len(lines) <= 5, "%d lines", len(lines))
	for _, line := range lines {
		if line == "" {
			continue
		}
		stamp, _, _ := strings.Cut(line, " ")
		_, err := time.Parse(time.RFC3339Nano, stamp)
		expect(err == nil, "a line without its time: %q", line)
	}
	_, err = s.CoreV1().Pods(pod.Namespace).GetLogs(pod.Name, &corev1.PodLogOptions{Container: "nonsense"}).DoRaw(ctx)
	expect(apierrors.IsBadRequest(err), "a container that is not there: %v", err)
}
