package scheduler

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
)

// configured is a scheduler by a configuration file, or why there is none.
func configured(t *testing.T, text string) (*Scheduler, error) {
	t.Helper()
	cfg := DefaultConfig()
	cfg.File = filepath.Join(t.TempDir(), "scheduler.yaml")
	if err := os.WriteFile(cfg.File, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	profiles, err := cfg.profiles()
	if err != nil {
		return nil, err
	}
	return New(nil, profiles, cfg), nil
}

const head = "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n"

// TestProfiles: the pods of each name are placed by its own rules, and those
// of no profile's not at all.
func TestProfiles(t *testing.T) {
	s, err := configured(t, head+`
profiles:
- {}
- schedulerName: packer
  pluginConfig:
  - name: NodeResourcesFit
    args: {apiVersion: kubescheduler.config.k8s.io/v1, kind: NodeResourcesFitArgs, scoringStrategy: {type: MostAllocated}}
  plugins:
    score:
      disabled: [{name: "*"}]
      enabled: [{name: NodeResourcesFit, weight: 5}]
- schedulerName: blind
  plugins: {filter: {disabled: [{name: TaintToleration}]}}
`)
	if err != nil {
		t.Fatal(err)
	}
	tainted := node("tainted", "4")
	tainted.Spec.Taints = []core.Taint{{Key: "a", Effect: core.TaintEffectNoSchedule}}
	s.nodeChanged(nil, tainted)
	for name, scheduler := range map[string]string{"blind": "blind", "careful": "default-scheduler", "stranger": "other"} {
		p := pod(name, "1")
		p.Spec.SchedulerName = scheduler
		s.podChanged(nil, p)
	}
	decide(t, s, time.Now())
	on(t, s, "blind", "tainted")
	on(t, s, "careful", "")
	on(t, s, "stranger", "")

	for i := range 4 {
		s.nodeChanged(nil, node(fmt.Sprintf("n%d", i), "16"))
	}
	used := map[string]bool{}
	for i := range 8 {
		p := pod(fmt.Sprintf("packed-%d", i), "1")
		p.Spec.SchedulerName = "packer"
		s.podChanged(nil, p)
		decide(t, s, time.Now())
		n, _ := s.cluster.NodeOf(p.UID)
		used[n] = true
	}
	if len(used) != 1 || used[""] {
		t.Errorf("pods that fill one node after the other are on %v", used)
	}
}

func TestConfigurationIsChecked(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"apiVersion: v1\nkind: Pod\n", `apiVersion "v1" and kind "Pod": must be kubescheduler.config.k8s.io/v1 and KubeSchedulerConfiguration`},
		{head + "profilez: []\n", `unknown field "profilez"`},
		{head + "profiles: [{schedulerName: ''}]\n", "profiles[0].schedulerName: must not be empty"},
		{head + "profiles: [{}, {schedulerName: default-scheduler}]\n", `profiles[1].schedulerName: "default-scheduler" is there already`},
		{head + "percentageOfNodesToScore: 101\n", "profiles[0].percentageOfNodesToScore: 101: must be from 0 to 100"},
		{head + "profiles: [{plugins: {filter: {disabled: [{name: Mine}]}}}]\n", `profiles[0].plugins.filter: no plugin "Mine"`},
		{head + "profiles: [{plugins: {filters: {}}}]\n", "profiles[0].plugins.filters: no such extension point"},
		{head + "profiles: [{plugins: {score: {enabled: [{name: NodeAffinity, weight: -1}]}}}]\n", "profiles[0].plugins.score.enabled: NodeAffinity: weight -1: must be from 1 to 1048576"},
		{head + "profiles: [{pluginConfig: [{name: InterPodAffinity, args: {hardPodAffinityWeight: 101}}]}]\n", "profiles[0].pluginConfig[0]: InterPodAffinity: hardPodAffinityWeight: 101: must be from 0 to 100"},
		{head + "profiles: [{pluginConfig: [{name: NodeName, args: {}}]}]\n", "profiles[0].pluginConfig[0]: NodeName: takes no arguments here"},
		{head + "profiles: [{pluginConfig: [{name: NodeResourcesFit, args: {scoringStrategy: {type: Best}}}]}]\n", `profiles[0].pluginConfig[0]: NodeResourcesFit: scoringStrategy.type: "Best": must be LeastAllocated or MostAllocated`},
		{"{", "yaml"},
	} {
		if _, err := configured(t, tt.text); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q:\n got %v\nwant %s", tt.text, err, tt.want)
		}
	}
	cfg := DefaultConfig()
	cfg.File = filepath.Join(t.TempDir(), "none")
	if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), "--config="+cfg.File) {
		t.Errorf("a file that is missing: %v", err)
	}
}
