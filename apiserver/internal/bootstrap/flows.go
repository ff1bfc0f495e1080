package bootstrap

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/fairness"
	"github.com/pilothouse/pilothouse/proto/flowcontrol"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// autoupdate, unless it is "false", says that an object of flow control is kept
// as this version of the server has it.
const autoupdate = "apf.kubernetes.io/autoupdate-spec"

const flowPath = "/apis/flowcontrol.apiserver.k8s.io/v1/"

// Flows makes the flow schemas and priority levels that are missing, mends
// those that are to be kept as they are, and says of each schema whether its
// level exists.
func (c *Cluster) Flows(ctx context.Context, log *slog.Logger) error {
	schemas, levels := fairness.Defaults()
	haveLevels := fairness.Objects[flowcontrol.PriorityLevelConfiguration](c.Cache.Table("prioritylevelconfigurations.flowcontrol.apiserver.k8s.io"), log)
	there := map[string]bool{}
	byName := map[string]*flowcontrol.PriorityLevelConfiguration{}
	for _, l := range haveLevels {
		byName[l.Name], there[l.Name] = l, true
	}
	for _, want := range levels {
		have := byName[want.Name]
		flowcontrol.SetPriorityLevelConfigurationDefaults(want)
		if have == nil {
			there[want.Name] = true
			if err := c.put(ctx, http.MethodPost, flowPath+"prioritylevelconfigurations", want); err != nil {
				return fmt.Errorf("make priority level %s: %w", want.Name, err)
			}
		} else if kept(have) && !reflect.DeepEqual(have.Spec, want.Spec) {
			have.Spec = want.Spec
			if err := c.put(ctx, http.MethodPut, flowPath+"prioritylevelconfigurations/"+want.Name, have); err != nil {
				return fmt.Errorf("mend priority level %s: %w", want.Name, err)
			}
		}
	}
	return c.schemas(ctx, schemas, there, log)
}

func (c *Cluster) schemas(ctx context.Context, wanted []*flowcontrol.FlowSchema, there map[string]bool, log *slog.Logger) error {
	byName := map[string]*flowcontrol.FlowSchema{}
	for _, s := range fairness.Objects[flowcontrol.FlowSchema](c.Cache.Table("flowschemas.flowcontrol.apiserver.k8s.io"), log) {
		byName[s.Name] = s
		if err := c.dangling(ctx, s, there[s.Spec.PriorityLevelConfiguration.Name]); err != nil {
			return err
		}
	}
	for _, want := range wanted {
		have := byName[want.Name]
		flowcontrol.SetFlowSchemaDefaults(want)
		if have == nil {
			if err := c.put(ctx, http.MethodPost, flowPath+"flowschemas", want); err != nil {
				return fmt.Errorf("make flow schema %s: %w", want.Name, err)
			}
		} else if kept(have) && !reflect.DeepEqual(have.Spec, want.Spec) {
			have.Spec = want.Spec
			if err := c.put(ctx, http.MethodPut, flowPath+"flowschemas/"+want.Name, have); err != nil {
				return fmt.Errorf("mend flow schema %s: %w", want.Name, err)
			}
		}
	}
	return nil
}

func kept(o meta.Object) bool {
	v, ok := o.GetObjectMeta().Annotations[autoupdate]
	return ok && v != "false"
}

// dangling writes the condition that says whether the schema's level exists.
func (c *Cluster) dangling(ctx context.Context, s *flowcontrol.FlowSchema, found bool) error {
	level := s.Spec.PriorityLevelConfiguration.Name
	want := flowcontrol.FlowSchemaCondition{Type: "Dangling", Status: flowcontrol.ConditionFalse, Reason: "Found",
		Message: fmt.Sprintf("This FlowSchema references the PriorityLevelConfiguration object named %q and it exists", level)}
	if !found {
		want.Status, want.Reason = flowcontrol.ConditionTrue, "NotFound"
		want.Message = fmt.Sprintf("This FlowSchema references the PriorityLevelConfiguration object named %q but there is no such object", level)
	}
	for _, have := range s.Status.Conditions {
		if have.Type == want.Type {
			want.LastTransitionTime = have.LastTransitionTime
			if have == want {
				return nil
			}
		}
	}
	want.LastTransitionTime = meta.NewTime(time.Now().UTC().Truncate(time.Second))
	s.Status.Conditions = []flowcontrol.FlowSchemaCondition{want}
	if err := c.put(ctx, http.MethodPut, flowPath+"flowschemas/"+s.Name+"/status", s); err != nil {
		return fmt.Errorf("write the status of flow schema %s: %w", s.Name, err)
	}
	return nil
}
