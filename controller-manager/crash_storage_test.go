package controllermanager

import (
	"encoding/json"
	"fmt"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/core"
)

// storageStory: two volumes for three claims; one claim goes, its volume is
// given back by hand, and the third gets it. Other runs see these volumes too;
// they leave alone what belongs to claims that they do not see.
func storageStory(s *stage) error {
	volumes := client.Of[*core.PersistentVolume](s.client)
	volume := func(name, size string) func() error {
		return func() error {
			v := &core.PersistentVolume{}
			text := fmt.Sprintf(`{"metadata":{"name":%q},"spec":{"storageClassName":%q,"capacity":{"storage":%q},"accessModes":["ReadWriteOnce"],`+
				`"hostPath":{"path":"/data"},"persistentVolumeReclaimPolicy":"Retain"}}`, s.ns+"-"+name, s.ns, size)
			if err := json.Unmarshal([]byte(text), v); err != nil {
				return err
			}
			_, err := volumes.Create(s.ctx, v)
			return err
		}
	}
	claim := func(name string) func() error {
		return func() error {
			return create[*core.PersistentVolumeClaim](s, fmt.Sprintf(`{"metadata":{"name":%q},"spec":{"storageClassName":%q,"accessModes":["ReadWriteOnce"],`+
				`"resources":{"requests":{"storage":"1Gi"}}}}`, name, s.ns))
		}
	}
	// bound waits until a claim has a volume and the two agree in everything.
	bound := func(name, want string) func() error {
		return func() error {
			return s.until(func() error {
				c, err := client.Of[*core.PersistentVolumeClaim](s.client).Get(s.ctx, s.ns, name)
				if err != nil {
					return err
				}
				v, err := volumes.Get(s.ctx, "", s.ns+"-"+want)
				if err != nil {
					return err
				}
				if c.Status.Phase != core.ClaimBound || !c.FullyBound() || c.Spec.VolumeName != v.Name ||
					v.Status.Phase != core.VolumeBound || v.Spec.ClaimRef == nil || v.Spec.ClaimRef.UID != c.UID {
					return fmt.Errorf("%s is %s with %q; %s is %s for %+v", name, c.Status.Phase, c.Spec.VolumeName, v.Name, v.Status.Phase, v.Spec.ClaimRef)
				}
				return nil
			})
		}
	}
	phase := func(name string, want core.PersistentVolumePhase) func() error {
		return func() error {
			return s.until(func() error {
				v, err := volumes.Get(s.ctx, "", s.ns+"-"+name)
				if err == nil && v.Status.Phase != want {
					err = fmt.Errorf("%s is %s, want %s", v.Name, v.Status.Phase, want)
				}
				return err
			})
		}
	}
	return steps(
		volume("a", "1Gi"), volume("b", "2Gi"), phase("a", core.VolumeAvailable), phase("b", core.VolumeAvailable),
		claim("x"), bound("x", "a"), claim("y"), bound("y", "b"), claim("z"),
		func() error { return client.Of[*core.PersistentVolumeClaim](s.client).Delete(s.ctx, s.ns, "x") },
		phase("a", core.VolumeReleased),
		func() error {
			_, err := volumes.Patch(s.ctx, "", s.ns+"-a", client.MergePatch, []byte(`{"spec":{"claimRef":null}}`))
			return err
		},
		bound("z", "a"), bound("y", "b"))
}
