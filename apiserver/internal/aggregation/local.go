package aggregation

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/loopback"
	"github.com/pilothouse/pilothouse/proto/apiregistration"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
)

const servicesPath = "/apis/apiregistration.k8s.io/v1/apiservices"

// automanaged is the label of APIServices that the server makes itself: onstart
// for what is built in, true for custom resources.
const automanaged = "kube-aggregator.kubernetes.io/automanaged"

// Rank is where a group stands among others, and a version within its group.
type Rank struct{ Group, Version int32 }

// The ranks of custom resources, and of built-in groups that are not known.
var customRank = Rank{1000, 100}

// ranks of the built-in groups' versions. The order is that in which clients
// prefer the groups where a name is ambiguous.
var ranks = map[groupVersion]Rank{
	{"", "v1"}:                             {18000, 1},
	{"apps", "v1"}:                         {17800, 15},
	{"events.k8s.io", "v1"}:                {17750, 15},
	{"authentication.k8s.io", "v1"}:        {17700, 15},
	{"authorization.k8s.io", "v1"}:         {17600, 15},
	{"autoscaling", "v1"}:                  {17500, 15},
	{"autoscaling", "v2"}:                  {17500, 30},
	{"batch", "v1"}:                        {17400, 15},
	{"certificates.k8s.io", "v1"}:          {17300, 15},
	{"networking.k8s.io", "v1"}:            {17200, 15},
	{"policy", "v1"}:                       {17100, 15},
	{"rbac.authorization.k8s.io", "v1"}:    {17000, 15},
	{"storage.k8s.io", "v1"}:               {16800, 15},
	{"apiextensions.k8s.io", "v1"}:         {16700, 15},
	{"admissionregistration.k8s.io", "v1"}: {16700, 15},
	{"scheduling.k8s.io", "v1"}:            {16600, 15},
	{"coordination.k8s.io", "v1"}:          {16500, 15},
	{"node.k8s.io", "v1"}:                  {16300, 15},
	{"discovery.k8s.io", "v1"}:             {16200, 15},
	{"flowcontrol.apiserver.k8s.io", "v1"}: {16100, 21},
	{"metrics.k8s.io", "v1beta1"}:          {100, 100},
}

// GroupRank is where a group stands that this server serves itself.
func GroupRank(group string) int32 {
	if group == own {
		return ranks[groupVersion{"", "v1"}].Group
	}
	for at, r := range ranks {
		if at.group == group {
			return r.Group
		}
	}
	return customRank.Group
}

// own is the group of APIServices themselves: it has none of its own.
const own = "apiregistration.k8s.io"

// localServices keeps an APIService for every version that this server serves.
type localServices struct {
	*Aggregator
	kick chan struct{}

	mu     sync.Mutex
	wanted map[string]*apiregistration.APIService
}

func newLocalServices(a *Aggregator) *localServices {
	return &localServices{Aggregator: a, kick: make(chan struct{}, 1)}
}

// Local declares what this server serves itself: what is built in, and custom
// resources.
func (a *Aggregator) Local(builtin, custom []meta.GroupVersionKind) {
	l := a.local
	wanted := map[string]*apiregistration.APIService{}
	add := func(k meta.GroupVersionKind, rank Rank, how string) {
		name := k.Version + "." + k.Group
		if k.Group == own || wanted[name] != nil {
			return
		}
		s := &apiregistration.APIService{TypeMeta: meta.TypeMeta{Kind: "APIService", APIVersion: own + "/v1"}}
		s.Name, s.Labels = name, map[string]string{automanaged: how}
		s.Spec = apiregistration.APIServiceSpec{Group: k.Group, Version: k.Version, GroupPriorityMinimum: rank.Group, VersionPriority: rank.Version}
		wanted[name] = s
	}
	for _, k := range builtin {
		rank, ok := ranks[groupVersion{k.Group, k.Version}]
		if !ok {
			rank = customRank
		}
		add(k, rank, "onstart")
	}
	for _, k := range custom {
		add(k, customRank, "true")
	}
	l.mu.Lock()
	l.wanted = wanted
	l.mu.Unlock()
	l.wake()
}

func (l *localServices) wake() {
	select {
	case l.kick <- struct{}{}:
	default:
	}
}

// gone looks whether an APIService that was deleted has to come back.
func (l *localServices) gone(string) { l.wake() }

// run makes what is missing, mends what differs and removes what is no longer
// served, until ctx ends.
func (l *localServices) run(ctx context.Context) {
	for {
		var again <-chan time.Time
		if err := l.settle(ctx); err != nil && ctx.Err() == nil {
			l.Log.Warn("the APIServices of this server cannot be written", "error", err)
			again = time.After(5 * time.Second)
		}
		select {
		case <-ctx.Done():
			return
		case <-l.kick:
		case <-again:
		}
	}
}

// settle does it once.
func (l *localServices) settle(ctx context.Context) error {
	l.mu.Lock()
	wanted := l.wanted
	l.mu.Unlock()
	if wanted == nil {
		return nil
	}
	names := make([]string, 0, len(wanted))
	for n := range wanted {
		names = append(names, n)
	}
	slices.Sort(names)
	table := l.Cache.Table("apiservices.apiregistration.k8s.io")
	var errs []error
	for _, n := range names {
		if table.Get("", n) != nil {
			continue // Whoever has changed it meant to.
		}
		b, err := codec.EncodeJSON(wanted[n])
		if err == nil {
			err = loopback.Call(ctx, l.API, http.MethodPost, servicesPath, "application/json", b)
		}
		if err != nil && !errors.Is(err, loopback.ErrConflict) {
			errs = append(errs, err)
		}
	}
	for _, o := range l.unwanted(ctx, wanted) {
		if err := loopback.Call(ctx, l.API, http.MethodDelete, servicesPath+"/"+o, "", nil); err != nil && !errors.Is(err, loopback.ErrNotFound) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// unwanted are the names of the APIServices that this server has made for custom
// resources that are gone.
func (l *localServices) unwanted(ctx context.Context, wanted map[string]*apiregistration.APIService) (names []string) {
	list, err := l.Cache.Table("apiservices.apiregistration.k8s.io").List(ctx, cache.ListOptions{ResourceVersion: "0"})
	if err != nil {
		return nil
	}
	for o := range list.All() {
		if how, ok := o.Label(automanaged); ok && how == "true" && wanted[o.Name] == nil {
			names = append(names, o.Name)
		}
	}
	return names
}
