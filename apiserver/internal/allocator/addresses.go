package allocator

import (
	"crypto/rand"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/store"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/networking"
)

// AddressPrefix is where the IPAddress objects lie.
const AddressPrefix = "/registry/ipaddresses/"

// The labels of the objects that are made here, as upstream's.
const (
	labelFamily    = "ipaddress.kubernetes.io/ip-family"
	labelManagedBy = "ipaddress.kubernetes.io/managed-by"
	managedBy      = "ipallocator.k8s.io"
)

func objectKey(ip string) string { return AddressPrefix + ip }

// object is the IPAddress object that tells of a claim, as it is stored. It is
// for people and programs to see; what counts is the claim.
func object(ip, owner string, now time.Time) ([]byte, error) {
	namespace, name, _ := strings.Cut(owner, "/")
	family := "IPv4"
	if strings.Contains(ip, ":") {
		family = "IPv6"
	}
	o := &networking.IPAddress{TypeMeta: meta.TypeMeta{Kind: "IPAddress", APIVersion: "networking.k8s.io/v1"}}
	o.Name, o.UID, o.CreationTimestamp = ip, newUID(), meta.NewTime(now.UTC().Truncate(time.Second))
	o.Labels = map[string]string{labelFamily: family, labelManagedBy: managedBy}
	o.Spec.ParentRef = &networking.ParentReference{Resource: "services", Namespace: namespace, Name: name}
	return codec.EncodeJSON(o)
}

func newUID() meta.UID {
	var b [16]byte
	rand.Read(b[:]) // It never fails.
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return meta.UID(fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]))
}

// show is what is written beside the claim of an address.
func show(ip, owner string) (store.Op, error) {
	b, err := object(ip, owner, time.Now())
	return store.Claim(objectKey(ip), string(b)), err
}

// SetRanges says which ranges there are beside the configured one. Addresses
// that were handed out from others stay with their services.
func (a *Allocator) SetRanges(more []netip.Prefix) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.more = nil
	for _, p := range more {
		p = p.Masked()
		if p.IsValid() && p != a.cfg.Services && p.Addr().Is4() == a.cfg.Services.Addr().Is4() {
			a.more = append(a.more, p)
		}
	}
}

// ranges are all ranges, the configured one first. The caller holds the lock.
func (a *Allocator) ranges() []netip.Prefix { return append([]netip.Prefix{a.cfg.Services}, a.more...) }

// offers says whether an address may be asked for.
func (a *Allocator) offers(text string) error {
	ip, err := netip.ParseAddr(text)
	valid := make([]string, 0, 1+len(a.more))
	for _, p := range a.ranges() {
		if err == nil && p.Contains(ip) && usable(p, ip) {
			return nil
		}
		valid = append(valid, p.String())
	}
	return &RangeError{IP: text, Valid: "The range of valid IPs is " + strings.Join(valid, ", ")}
}

// Freed says that the IPAddress object of an address is gone: if it was somebody
// else's, the address may be handed out.
func (a *Allocator) Freed(ip string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.owners[ipKey(ip)] == foreign {
		delete(a.owners, ipKey(ip))
	}
}
