package codec_test

import (
	"encoding/json"
	"testing"

	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
)

// The benchmarks read and write a pod of 3 KB as a Deployment would make it.

func benchPod(b *testing.B) (*core.Pod, []byte) {
	var pod core.Pod
	if err := codec.DecodeJSON(podText(b), &pod); err != nil {
		b.Fatal(err)
	}
	text, err := codec.EncodeJSON(&pod)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	return &pod, text
}

func BenchmarkEncodeJSON(b *testing.B) {
	pod, text := benchPod(b)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := codec.EncodeJSON(pod); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeJSONReference(b *testing.B) {
	pod, text := benchPod(b)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := json.Marshal(pod); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeJSON(b *testing.B) {
	_, text := benchPod(b)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		var pod core.Pod
		if err := codec.DecodeJSON(text, &pod); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeJSONStrict(b *testing.B) {
	_, text := benchPod(b)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		var pod core.Pod
		if _, err := codec.DecodeJSONStrict(text, &pod); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeJSONReference(b *testing.B) {
	_, text := benchPod(b)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		var pod core.Pod
		if err := json.Unmarshal(text, &pod); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeProto(b *testing.B) {
	pod, _ := benchPod(b)
	raw, _ := codec.EncodeProto(pod)
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if _, err := codec.EncodeProto(pod); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeProto(b *testing.B) {
	pod, _ := benchPod(b)
	raw, _ := codec.EncodeProto(pod)
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		var pod core.Pod
		if err := codec.DecodeProto(raw, &pod); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDeepCopy(b *testing.B) {
	pod, _ := benchPod(b)
	for b.Loop() {
		pod.DeepCopy()
	}
}
