package table

import (
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/metrics"
)

// usageColumns are named as a metrics-server names them.
var usageColumns = []meta.TableColumnDefinition{
	{Name: "Name", Type: "string", Format: "name", Description: "Name of the resource"},
	{Name: "cpu", Type: "string", Format: "quantity"},
	{Name: "memory", Type: "string", Format: "quantity"},
	{Name: "Window", Type: "string", Format: "duration"},
}

func nodeUsageCells(m *metrics.NodeMetrics, _ time.Time) []any {
	return []any{m.Name, m.Usage[core.ResourceCPU].String(), m.Usage[core.ResourceMemory].String(), m.Window.Duration.String()}
}

func podUsageCells(m *metrics.PodMetrics, _ time.Time) []any {
	sum := core.ResourceList{}
	for _, c := range m.Containers {
		for name, q := range c.Usage {
			if have, ok := sum[name]; ok {
				q = have.Add(q)
			}
			sum[name] = q
		}
	}
	return []any{m.Name, sum[core.ResourceCPU].String(), sum[core.ResourceMemory].String(), m.Window.Duration.String()}
}
