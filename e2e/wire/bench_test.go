package wire

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bufbuild/protocompile"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/pbwire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
	upstream "k8s.io/api/core/v1"
)

// protoDir holds the .proto files that are written for other languages.
const protoDir = "../../proto/protobuf"

// compile reads one of the .proto files with all that it imports.
func compile(t testing.TB, file string) protoreflect.FileDescriptor {
	c := protocompile.Compiler{Resolver: &protocompile.SourceResolver{Accessor: func(path string) (io.ReadCloser, error) {
		return os.Open(filepath.Join(protoDir, path))
	}}}
	files, err := c.Compile(context.Background(), file)
	if err != nil {
		t.Fatal(err)
	}
	return files[0]
}

// TestProtoFiles compiles every file and reads a pod by it.
func TestProtoFiles(t *testing.T) {
	count := 0
	err := filepath.WalkDir(protoDir, func(path string, e os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".proto") {
			name, _ := filepath.Rel(protoDir, path)
			compile(t, filepath.ToSlash(name))
			count++
		}
		return err
	})
	if err != nil || count < 10 {
		t.Fatalf("%d files were compiled: %v", count, err)
	}
	pod, raw := benchPod(t)
	m := dynamicpb.NewMessage(compile(t, "k8s/io/api/core/v1.proto").Messages().ByName("Pod"))
	if err := proto.Unmarshal(raw, m); err != nil {
		t.Fatal(err)
	}
	if unknown := m.GetUnknown(); len(unknown) > 0 {
		t.Errorf("the files do not know %x", unknown)
	}
	back, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var again core.Pod
	if err := pbwire.Unmarshal(back, &again); err != nil {
		t.Fatal(err)
	}
	again.TypeMeta = pod.TypeMeta
	want, _ := codec.EncodeJSON(pod)
	if got, _ := codec.EncodeJSON(&again); string(got) != string(want) {
		t.Errorf("by way of the .proto files the pod is\n%s\nwant\n%s", got, want)
	}
}

// benchPod is a pod of 3 KB and its protobuf form.
func benchPod(t testing.TB) (*core.Pod, []byte) {
	text, err := os.ReadFile("../../proto/codec/testdata/pod.json")
	if err != nil {
		t.Fatal(err)
	}
	var pod core.Pod
	if err := codec.DecodeJSON(text, &pod); err != nil {
		t.Fatal(err)
	}
	return &pod, pod.AppendProto(nil)
}

func BenchmarkDecode(b *testing.B) {
	pod, raw := benchPod(b)
	text, _ := codec.EncodeJSON(pod)
	message := compile(b, "k8s/io/api/core/v1.proto").Messages().ByName("Pod")
	run := func(name string, f func() error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	run("json/ours", func() error { return codec.DecodeJSON(text, new(core.Pod)) })
	run("json/encoding-json", func() error { return json.Unmarshal(text, new(core.Pod)) })
	run("protobuf/ours", func() error { return pbwire.Unmarshal(raw, new(core.Pod)) })
	run("protobuf/k8s.io-api", func() error { return new(upstream.Pod).Unmarshal(raw) })
	run("protobuf/google-dynamicpb", func() error { return proto.Unmarshal(raw, dynamicpb.NewMessage(message)) })
}

func BenchmarkEncode(b *testing.B) {
	pod, raw := benchPod(b)
	other := new(upstream.Pod)
	dynamic := dynamicpb.NewMessage(compile(b, "k8s/io/api/core/v1.proto").Messages().ByName("Pod"))
	if err := other.Unmarshal(raw); err != nil {
		b.Fatal(err)
	}
	if err := proto.Unmarshal(raw, dynamic); err != nil {
		b.Fatal(err)
	}
	run := func(name string, f func() ([]byte, error)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	run("json/ours", func() ([]byte, error) { return codec.EncodeJSON(pod) })
	run("json/encoding-json", func() ([]byte, error) { return json.Marshal(pod) })
	run("protobuf/ours", func() ([]byte, error) { return codec.EncodeProto(pod) })
	run("protobuf/k8s.io-api", func() ([]byte, error) { return other.Marshal() })
	run("protobuf/google-dynamicpb", func() ([]byte, error) { return proto.Marshal(dynamic) })
}
