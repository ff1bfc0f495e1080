package scheduler

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/pilothouse/pilothouse/scheduler/internal/filter"
	"github.com/pilothouse/pilothouse/scheduler/internal/placement"
	"github.com/pilothouse/pilothouse/scheduler/internal/score"
)

// configFile is what --config may say: the part of upstream's
// KubeSchedulerConfiguration that has a meaning here.
type configFile struct {
	APIVersion               string        `json:"apiVersion"`
	Kind                     string        `json:"kind"`
	PercentageOfNodesToScore *int          `json:"percentageOfNodesToScore"`
	Profiles                 []profileFile `json:"profiles"`

	// What follows is taken and changes nothing: the flags say it, or it has
	// no counterpart.
	Parallelism              any `json:"parallelism"`
	LeaderElection           any `json:"leaderElection"`
	ClientConnection         any `json:"clientConnection"`
	EnableProfiling          any `json:"enableProfiling"`
	EnableContention         any `json:"enableContentionProfiling"`
	PodInitialBackoffSeconds any `json:"podInitialBackoffSeconds"`
	PodMaxBackoffSeconds     any `json:"podMaxBackoffSeconds"`
	DelayCacheUntilActive    any `json:"delayCacheUntilActive"`
}

// profileFile is the rules for the pods of one spec.schedulerName.
type profileFile struct {
	SchedulerName            *string               `json:"schedulerName"`
	PercentageOfNodesToScore *int                  `json:"percentageOfNodesToScore"`
	Plugins                  map[string]pluginFile `json:"plugins"`
	PluginConfig             []pluginArgs          `json:"pluginConfig"`
}

// pluginFile switches filters and scores on and off.
type pluginFile struct {
	Enabled, Disabled []struct {
		Name   string `json:"name"`
		Weight *int64 `json:"weight"`
	}
}

// pluginArgs are the arguments of one filter or score.
type pluginArgs struct {
	Name string          `json:"name"`
	Args json.RawMessage `json:"args"`
}

// configKind is how the file names itself.
const configKind, configVersion = "KubeSchedulerConfiguration", "kubescheduler.config.k8s.io/v1"

// readProfiles reads the profiles of a configuration file.
func (cfg *Config) readProfiles(path string) (map[string]placement.Profile, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var f configFile
	if err := yaml.UnmarshalStrict(text, &f); err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "error unmarshaling JSON: "))
	}
	if f.APIVersion != configVersion || f.Kind != configKind {
		return nil, fmt.Errorf("apiVersion %q and kind %q: must be %s and %s", f.APIVersion, f.Kind, configVersion, configKind)
	}
	percentage := cfg.Percentage
	if f.PercentageOfNodesToScore != nil {
		percentage = *f.PercentageOfNodesToScore
	}
	if len(f.Profiles) == 0 {
		f.Profiles = []profileFile{{}}
	}
	profiles := map[string]placement.Profile{}
	for i, p := range f.Profiles {
		name := cfg.Name
		if p.SchedulerName != nil {
			name = *p.SchedulerName
		}
		at := fmt.Sprintf("profiles[%d]", i)
		if name == "" {
			return nil, fmt.Errorf("%s.schedulerName: must not be empty", at)
		}
		if _, twice := profiles[name]; twice {
			return nil, fmt.Errorf("%s.schedulerName: %q is there already", at, name)
		}
		profile, err := p.read()
		if err != nil {
			return nil, fmt.Errorf("%s.%w", at, err)
		}
		profile.Percentage = percentage
		if p.PercentageOfNodesToScore != nil {
			profile.Percentage = *p.PercentageOfNodesToScore
		}
		if profile.Percentage < 0 || profile.Percentage > 100 {
			return nil, fmt.Errorf("%s.percentageOfNodesToScore: %d: must be from 0 to 100", at, profile.Percentage)
		}
		profiles[name] = profile
	}
	return profiles, nil
}

// read makes the profile.
func (p *profileFile) read() (placement.Profile, error) {
	args := score.DefaultArgs()
	for i, a := range p.PluginConfig {
		if err := readArgs(a, &args); err != nil {
			return placement.Profile{}, fmt.Errorf("pluginConfig[%d]: %s: %w", i, a.Name, err)
		}
	}
	out := placement.Profile{Filters: slices.Clone(filter.All), Scores: score.All(args)}
	for _, point := range []string{"multiPoint", "filter", "score"} {
		if err := switchPlugins(&out, point, p.Plugins[point]); err != nil {
			return out, fmt.Errorf("plugins.%s.%w", point, err)
		}
	}
	for point, set := range p.Plugins {
		if !slices.Contains(points, point) {
			return out, fmt.Errorf("plugins.%s: no such extension point", point)
		}
		for _, x := range append(slices.Clone(set.Enabled), set.Disabled...) {
			if x.Name != "*" && !known(x.Name) {
				return out, fmt.Errorf("plugins.%s: no plugin %q", point, x.Name)
			}
		}
	}
	return out, nil
}

// points are upstream's extension points. Filters and scores are switched;
// what the others name is always on.
var points = []string{"preEnqueue", "queueSort", "preFilter", "filter", "postFilter", "preScore", "score", "reserve", "permit", "preBind", "bind", "postBind", "multiPoint"}

// others are upstream's names for what is no filter and no score.
var others = []string{
	"PrioritySort", "DefaultBinder", "DefaultPreemption", "SchedulingGates", "VolumeBinding", "VolumeRestrictions", "VolumeZone",
	"NodeVolumeLimits", "NodeDeclaredFeatures", "DynamicResources", "GangScheduling",
}

func known(name string) bool {
	return slices.Contains(others, name) ||
		slices.ContainsFunc(filter.All, func(f filter.Filter) bool { return f.Name == name }) ||
		slices.ContainsFunc(score.All(score.Args{}), func(s score.Score) bool { return s.Name == name })
}

// switchPlugins takes out what is disabled and sets the weights of what is
// enabled; what is both stays.
func switchPlugins(p *placement.Profile, point string, set pluginFile) error {
	weights := map[string]*int64{}
	for _, e := range set.Enabled {
		weights[e.Name] = e.Weight
	}
	off := func(name string) bool {
		if _, on := weights[name]; on {
			return false
		}
		for _, d := range set.Disabled {
			if d.Name == "*" || d.Name == name {
				return true
			}
		}
		return false
	}
	if point != "score" {
		p.Filters = slices.DeleteFunc(p.Filters, func(f filter.Filter) bool { return off(f.Name) })
	}
	if point == "filter" {
		return nil
	}
	p.Scores = slices.DeleteFunc(p.Scores, func(s score.Score) bool { return off(s.Name) })
	for i := range p.Scores {
		w := weights[p.Scores[i].Name]
		if w == nil || *w == 0 {
			continue
		}
		if *w < 0 || *w > 1<<20 {
			return fmt.Errorf("enabled: %s: weight %d: must be from 1 to %d", p.Scores[i].Name, *w, 1<<20)
		}
		p.Scores[i].Weight = *w
	}
	return nil
}

// readArgs reads the arguments that have a meaning here; others are refused
// rather than passed over.
func readArgs(a pluginArgs, args *score.Args) error {
	type typed struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
	}
	strict := func(v any) error {
		if len(a.Args) == 0 {
			return nil
		}
		return yaml.UnmarshalStrict(a.Args, v)
	}
	switch a.Name {
	case "NodeResourcesFit":
		var v struct {
			typed
			ScoringStrategy struct {
				Type string `json:"type"`
			} `json:"scoringStrategy"`
		}
		if err := strict(&v); err != nil {
			return err
		}
		switch v.ScoringStrategy.Type {
		case "", "LeastAllocated":
		case "MostAllocated":
			args.MostAllocated = true
		default:
			return fmt.Errorf("scoringStrategy.type: %q: must be LeastAllocated or MostAllocated", v.ScoringStrategy.Type)
		}
	case "InterPodAffinity":
		v := struct {
			typed
			HardPodAffinityWeight int32 `json:"hardPodAffinityWeight"`
		}{HardPodAffinityWeight: args.HardWeight}
		if err := strict(&v); err != nil {
			return err
		}
		if v.HardPodAffinityWeight < 0 || v.HardPodAffinityWeight > 100 {
			return fmt.Errorf("hardPodAffinityWeight: %d: must be from 0 to 100", v.HardPodAffinityWeight)
		}
		args.HardWeight = v.HardPodAffinityWeight
	case "PodTopologySpread":
		var v struct {
			typed
			DefaultingType     string `json:"defaultingType"`
			DefaultConstraints []any  `json:"defaultConstraints"`
		}
		if err := strict(&v); err != nil {
			return err
		}
		switch {
		case v.DefaultingType == "" || v.DefaultingType == "System":
		case v.DefaultingType == "List" && len(v.DefaultConstraints) == 0:
			args.NoDefaultSpread = true
		default:
			return fmt.Errorf("defaultingType: must be System, or List with no constraints")
		}
	default:
		return errors.New("takes no arguments here")
	}
	return nil
}
