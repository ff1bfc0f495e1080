package main

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestNumbers compares every field that has a protobuf form with the wire
// contract: its number, its label and its type.
func TestNumbers(t *testing.T) {
	m, err := load("..")
	if err != nil {
		t.Fatal(err)
	}
	contract := readContract(t)
	messages := 0
	for _, p := range m.Packages {
		for _, typ := range p.Types {
			want, known := contract[p.ProtoPackage+"."+typ.Name]
			if !typ.Struct || !known || typ.Custom || typ.Name == "TableOptions" {
				continue // tables have no protobuf form here
			}
			if !hasProtobuf(typ) {
				t.Errorf("%s.%s is a message on the wire and has fields without numbers", p.Dir, typ.Name)
				continue
			}
			messages++
			got := map[int]string{}
			for _, f := range numbered(typ) {
				got[f.Number] = contractLine(typ, f)
			}
			for n, line := range want {
				if got[n] != line && !newer[typ.Name+" "+line] {
					t.Errorf("%s.%s field %d is %q, want %q", p.Dir, typ.Name, n, got[n], line)
				}
			}
			for n, line := range got {
				if want[n] == "" && !older[typ.Name+" "+line] {
					t.Errorf("%s.%s has field %d %q, which the contract has not", p.Dir, typ.Name, n, line)
				}
			}
		}
	}
	if messages < 200 {
		t.Errorf("only %d messages were compared", messages)
	}
}

// newer are fields that the contract has in protobuf and not yet in JSON.
// They are skipped when read.
var newer = map[string]bool{
	"EmptyDirVolumeSource optional int32 mode":                                              true,
	"ClusterTrustBundleProjection optional int64 user":                                      true,
	"ConfigMapVolumeSource optional int64 defaultUser":                                      true,
	"DownwardAPIVolumeFile optional int64 user":                                             true,
	"DownwardAPIVolumeSource optional int64 defaultUser":                                    true,
	"GRPCAction optional string mode":                                                       true,
	"HTTPGetAction optional string protocol":                                                true,
	"KeyToPath optional int64 user":                                                         true,
	"NodeAllocatableResourceClaimStatus repeated NodeAllocatableMappedResources mapping":    true,
	"NodeAllocatableResourceClaimStatus repeated NodeAllocatableOverheadResources overhead": true,
	"NodeSpec optional NodePodPreemptionPolicy podPreemptionPolicy":                         true,
	"PersistentVolumeClaimStatus optional VolumeHealthStatus healthStatus":                  true,
	"PodCertificateProjection optional int64 user":                                          true,
	"PodSpec repeated EvictionResponder evictionResponders":                                 true,
	"PodStatus repeated PodVolumeHealth volumeHealth":                                       true,
	"ProjectedVolumeSource optional int64 defaultUser":                                      true,
	"SecretVolumeSource optional int64 defaultUser":                                         true,
	"ServiceAccountTokenProjection optional int64 user":                                     true,
	"VolumeMount repeated string bindMountOptions":                                          true,
}

// older are fields that the contract has in JSON and no longer in protobuf.
var older = map[string]bool{
	"NodeAllocatableResourceClaimStatus  map<string, .k8s.io.apimachinery.pkg.api.resource.Quantity> resources": true,
}

// contractLine is a field in the words of the contract: label, type, name.
func contractLine(t *Type, f *Field) string {
	return protoLabel(f.Ref) + " " + protoType(t.Pkg, f.Ref) + " " + protoName(f)
}

// readContract maps message to number to "label type name".
func readContract(t *testing.T) map[string]map[int]string {
	b, err := os.ReadFile("testdata/protobuf.tsv")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[int]string{}
	for _, line := range strings.Split(strings.TrimSpace(string(b)), "\n")[1:] {
		c := strings.Split(line, "\t")
		name := c[0] + "." + c[1]
		if out[name] == nil {
			out[name] = map[int]string{}
		}
		n, err := strconv.Atoi(c[2])
		if err != nil {
			t.Fatal(err)
		}
		out[name][n] = c[3] + " " + c[4] + " " + c[5]
	}
	return out
}
