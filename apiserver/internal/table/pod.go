package table

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
)

// podState is what a pod's row says of its containers.
type podState struct {
	reason       string
	ready, total int
	restarts     int
	lastRestart  time.Time
}

func podCells(p *core.Pod, now time.Time) []any {
	s := stateOf(p)
	restarts := strconv.Itoa(s.restarts)
	if s.restarts > 0 && !s.lastRestart.IsZero() {
		restarts += fmt.Sprintf(" (%s ago)", duration(now.Sub(s.lastRestart)))
	}
	return []any{p.Name, fmt.Sprintf("%d/%d", s.ready, s.total), s.reason, restarts, age(p.CreationTimestamp, now),
		orNone(p.Status.PodIP), orNone(p.Spec.NodeName), orNone(p.Status.NominatedNodeName), readinessGates(p)}
}

// stateOf sums a pod up in one word: the most telling thing about it.
func stateOf(p *core.Pod) podState {
	s := podState{reason: string(p.Status.Phase), total: len(p.Spec.Containers)}
	if p.Status.Reason != "" {
		s.reason = p.Status.Reason
	}
	for _, c := range p.Status.Conditions {
		if c.Type == core.PodScheduled && c.Reason == core.PodReasonSchedulingGated {
			s.reason = core.PodReasonSchedulingGated
		}
	}
	sidecars := s.initContainers(p)
	if sidecars != nil {
		s.restarts, s.lastRestart = sidecars.restarts, sidecars.lastRestart
		s.containers(p)
	}
	switch done := p.Status.Phase == core.PodSucceeded || p.Status.Phase == core.PodFailed; {
	case p.DeletionTimestamp == nil:
	case p.Status.Reason == core.PodReasonNodeLost:
		s.reason = "Unknown"
	case !done:
		s.reason = "Terminating"
	}
	return s
}

// initContainers looks at the init containers. While one keeps the others
// waiting it sets the reason and returns nil; otherwise it returns the restarts
// of those that run on beside the main containers.
func (s *podState) initContainers(p *core.Pod) *podState {
	sidecars := &podState{}
	restartable := map[string]bool{}
	for i := range p.Spec.InitContainers {
		c := &p.Spec.InitContainers[i]
		if c.RestartPolicy != nil && *c.RestartPolicy == "Always" {
			restartable[c.Name] = true
			s.total++
		}
	}
	waiting := false
	for i := range p.Status.InitContainerStatuses {
		c := &p.Status.InitContainerStatuses[i]
		s.count(c)
		if restartable[c.Name] {
			sidecars.count(c)
		}
		if t := c.State.Terminated; t != nil && t.ExitCode == 0 {
			continue
		}
		if restartable[c.Name] && c.Started != nil && *c.Started {
			if c.Ready {
				s.ready++
			}
			continue
		}
		s.reason, waiting = initReason(c, i, len(p.Spec.InitContainers)), true
		break
	}
	if waiting && !isTrue(p, core.PodInitialized) {
		return nil
	}
	return sidecars
}

func initReason(c *core.ContainerStatus, i, n int) string {
	switch {
	case c.State.Terminated != nil:
		return "Init:" + ended(c.State.Terminated)
	case c.State.Waiting != nil && c.State.Waiting.Reason != "" && c.State.Waiting.Reason != "PodInitializing":
		return "Init:" + c.State.Waiting.Reason
	}
	return fmt.Sprintf("Init:%d/%d", i, n)
}

// containers looks at the main containers; the first one's word counts most.
func (s *podState) containers(p *core.Pod) {
	running := false
	for i := len(p.Status.ContainerStatuses) - 1; i >= 0; i-- {
		c := &p.Status.ContainerStatuses[i]
		s.count(c)
		switch {
		case c.State.Waiting != nil && c.State.Waiting.Reason != "":
			s.reason = c.State.Waiting.Reason
		case c.State.Terminated != nil:
			s.reason = ended(c.State.Terminated)
		case c.Ready && c.State.Running != nil:
			running = true
			s.ready++
		}
	}
	if s.reason == "Completed" && running {
		s.reason = "NotReady"
		if isTrue(p, core.PodReady) {
			s.reason = "Running"
		}
	}
}

// ended says how a container ended.
func ended(t *core.ContainerStateTerminated) string {
	switch {
	case t.Reason != "":
		return t.Reason
	case t.Signal != 0:
		return fmt.Sprintf("Signal:%d", t.Signal)
	}
	return fmt.Sprintf("ExitCode:%d", t.ExitCode)
}

func (s *podState) count(c *core.ContainerStatus) {
	s.restarts += int(c.RestartCount)
	if t := c.LastTerminationState.Terminated; t != nil && t.FinishedAt.After(s.lastRestart) {
		s.lastRestart = t.FinishedAt.Time
	}
}

func isTrue(p *core.Pod, condition core.PodConditionType) bool {
	for _, c := range p.Status.Conditions {
		if c.Type == condition {
			return c.Status == core.ConditionTrue
		}
	}
	return false
}

func readinessGates(p *core.Pod) string {
	if len(p.Spec.ReadinessGates) == 0 {
		return "<none>"
	}
	met := 0
	for _, g := range p.Spec.ReadinessGates {
		if isTrue(p, g.ConditionType) {
			met++
		}
	}
	return fmt.Sprintf("%d/%d", met, len(p.Spec.ReadinessGates))
}

func podTemplateCells(t *core.PodTemplate, _ time.Time) []any {
	names, images := containerNames(&t.Template.Spec)
	return []any{t.Name, names, images, labelText(t.Template.Labels)}
}

func controllerCells(rc *core.ReplicationController, now time.Time) []any {
	desired := int32(0)
	if rc.Spec.Replicas != nil {
		desired = *rc.Spec.Replicas
	}
	names, images := "", ""
	if rc.Spec.Template != nil {
		names, images = containerNames(&rc.Spec.Template.Spec)
	}
	return []any{rc.Name, int64(desired), int64(rc.Status.Replicas), int64(rc.Status.ReadyReplicas), age(rc.CreationTimestamp, now),
		names, images, labelText(rc.Spec.Selector)}
}

func containerNames(s *core.PodSpec) (names, images string) {
	var n, i []string
	for k := range s.Containers {
		n, i = append(n, s.Containers[k].Name), append(i, s.Containers[k].Image)
	}
	return strings.Join(n, ","), strings.Join(i, ",")
}

func orNone(s string) string {
	if s == "" {
		return "<none>"
	}
	return s
}

func componentCells(c *core.ComponentStatus, _ time.Time) []any {
	state, message, err := "Unknown", "", ""
	for _, cond := range c.Conditions {
		if cond.Type == core.ComponentHealthy {
			state, message, err = "Unhealthy", cond.Message, cond.Error
			if cond.Status == core.ConditionTrue {
				state = "Healthy"
			}
		}
	}
	return []any{c.Name, state, message, err}
}
