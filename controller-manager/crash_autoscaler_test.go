package controllermanager

import (
	"fmt"

	"github.com/pilothouse/pilothouse/client"
	v2 "github.com/pilothouse/pilothouse/proto/autoscalingv2"
	"github.com/pilothouse/pilothouse/proto/core"
)

// autoscalerStory: below what is allowed, up with a queue, down with it, and at
// rest: each number of pods is asked for once, and none but those.
func autoscalerStory(s *stage) error {
	queue := func(n int) {
		s.faults.answers.Store("/apis/external.metrics.k8s.io/v1beta1/namespaces/"+s.ns+"/queue",
			fmt.Sprintf(`{"kind":"ExternalMetricValueList","apiVersion":"external.metrics.k8s.io/v1beta1","items":[{"metricName":"queue","value":"%d"}]}`, n))
	}
	shows := func(n int32) func() error {
		return func() error {
			if err := untilStatus(s, "web", func(h *v2.HorizontalPodAutoscaler) bool {
				st := h.Status
				return st.DesiredReplicas == n && st.CurrentReplicas == n && len(st.CurrentMetrics) == 1 && active(h)
			}); err != nil {
				return err
			}
			return untilStatus(s, "web", func(rc *core.ReplicationController) bool {
				return *rc.Spec.Replicas == n && rc.Status.Replicas == n && rc.Status.ReadyReplicas == n
			})
		}
	}
	queue(30)
	return steps(
		func() error {
			return create[*core.ReplicationController](s, `{"metadata":{"name":"web"},"spec":{"replicas":1,"selector":{"app":"web"},`+podTemplate("web", "")+`}}`)
		},
		func() error {
			return create[*v2.HorizontalPodAutoscaler](s, `{"metadata":{"name":"web"},"spec":{"minReplicas":2,"maxReplicas":5,
				"scaleTargetRef":{"apiVersion":"v1","kind":"ReplicationController","name":"web"},
				"metrics":[{"type":"External","external":{"metric":{"name":"queue"},"target":{"type":"AverageValue","averageValue":"10"}}}],
				"behavior":{"scaleDown":{"stabilizationWindowSeconds":0}}}}`)
		},
		shows(3),
		func() error { queue(900); return nil },
		shows(5),
		func() error { queue(0); return nil },
		shows(2),
		func() error { return s.counted(5, 5) },
		s.scaledBy,
	)
}

// active tells whether an autoscaler says that all is well.
func active(h *v2.HorizontalPodAutoscaler) bool {
	n := 0
	for _, c := range h.Status.Conditions {
		if c.Status == core.ConditionTrue && (c.Type == v2.AbleToScale || c.Type == v2.ScalingActive) {
			n++
		}
	}
	return n == 2
}

// scaledBy wants the scale of the controller to have been changed no oftener than
// there was a reason to: from 1 to 2 and 3, to 5, to 2.
func (s *stage) scaledBy() error {
	rc, err := client.Of[*core.ReplicationController](s.client).Get(s.ctx, s.ns, "web")
	if err == nil && rc.Generation != 5 {
		err = fmt.Errorf("the controller was changed %d times, not 4", rc.Generation-1)
	}
	return err
}
