package core

import (
	"path"
	"regexp"
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Checks of the sources that name a storage system. Pods and persistent volumes
// share most of them. Their fields are passed on, so little is checked here.

func checkGCEDisk(one *oneSource, s *GCEPersistentDiskVolumeSource) {
	if s != nil && one.found {
		one.next(true, "gcePersistentDisk")
	} else if p, ok := one.next(s != nil, "persistentDisk"); ok { // as it was called once
		requireAll(one.r, p, "pdName", s.PDName)
		checkPartition(one.r, s.Partition, p)
	}
}

func checkAWSDisk(one *oneSource, s *AWSElasticBlockStoreVolumeSource) {
	if p, ok := one.next(s != nil, "awsElasticBlockStore"); ok {
		requireAll(one.r, p, "volumeID", s.VolumeID)
		checkPartition(one.r, s.Partition, p)
	}
}

func checkPartition(r *field.Report, n int32, p *field.Path) {
	if n < 0 || n > 255 {
		r.Invalid(p.Child("partition"), n, meta.RangeError(1, 255))
	}
}

func checkVsphere(one *oneSource, s *VsphereVirtualDiskVolumeSource) {
	if p, ok := one.next(s != nil, "vsphereVolume"); ok {
		requireAll(one.r, p, "volumePath", s.VolumePath)
	}
}

func checkPhoton(one *oneSource, s *PhotonPersistentDiskVolumeSource) {
	if p, ok := one.next(s != nil, "photonPersistentDisk"); ok {
		requireAll(one.r, p, "pdID", s.PdID)
	}
}

func checkPortworx(one *oneSource, s *PortworxVolumeSource) {
	if p, ok := one.next(s != nil, "portworxVolume"); ok {
		requireAll(one.r, p, "volumeID", s.VolumeID)
	}
}

// What the address of an Azure disk looks like, by its kind.
var (
	azureManaged = []string{"/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"}
	azureBlob    = []string{"https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"}
)

func checkAzureDisk(one *oneSource, s *AzureDiskVolumeSource) {
	p, ok := one.next(s != nil, "azureDisk")
	if !ok {
		return
	}
	r := one.r
	requireAll(r, p, "diskName", s.DiskName, "diskURI", s.DataDiskURI)
	if s.CachingMode != nil {
		field.Known(r, p.Child("cachingMode"), *s.CachingMode, AzureDataDiskCachingNone, AzureDataDiskCachingReadOnly, AzureDataDiskCachingReadWrite)
	}
	if s.Kind == nil {
		return
	}
	field.Known(r, p.Child("kind"), *s.Kind, AzureDedicatedBlobDisk, AzureManagedDisk, AzureSharedBlobDisk)
	if *s.Kind == AzureManagedDisk && !strings.HasPrefix(s.DataDiskURI, "/subscriptions/") {
		r.Add(field.NotSupported(p.Child("diskURI"), s.DataDiskURI, azureManaged))
	} else if *s.Kind != AzureManagedDisk && !strings.HasPrefix(s.DataDiskURI, "https://") {
		r.Add(field.NotSupported(p.Child("diskURI"), s.DataDiskURI, azureBlob))
	}
}

func checkHostPath(r *field.Report, s *HostPathVolumeSource, p *field.Path) {
	if s.Path == "" {
		r.Required(p.Child("path"), "")
		return
	}
	checkNoBackSteps(r, s.Path, p.Child("path"))
	if s.Type != nil {
		field.Known(r, p.Child("type"), *s.Type, HostPathUnset, HostPathBlockDev, HostPathCharDev, HostPathDirectory, HostPathDirectoryOrCreate,
			HostPathFile, HostPathFileOrCreate, HostPathSocket)
	}
}

func checkNFS(r *field.Report, s *NFSVolumeSource, p *field.Path) {
	requireAll(r, p, "server", s.Server, "path", s.Path)
	if !path.IsAbs(s.Path) {
		r.Invalid(p.Child("path"), s.Path, notAbsolute)
	}
}

// Names of iSCSI's two ends, by how they begin.
var iscsiNames = map[string]*regexp.Regexp{
	"iqn": regexp.MustCompile(`iqn\.\d{4}-\d{2}\.([[:alnum:]-.]+)(:[^,;*&$|\s]+)$`),
	"eui": regexp.MustCompile(`^eui.[[:alnum:]]{16}$`),
	"naa": regexp.MustCompile(`^naa.[[:alnum:]]{32}$`),
}

// checkISCSI checks what a pod and a persistent volume say alike; start is what is
// told of a name that begins unlike any other.
func checkISCSI(r *field.Report, iqn, start string, lun int32, secretMissing bool, p *field.Path) {
	if iqn == "" {
		r.Required(p.Child("iqn"), "")
	} else {
		checkISCSIName(r, iqn, start, p.Child("iqn"))
	}
	if lun < 0 || lun > 255 {
		r.Invalid(p.Child("lun"), lun, meta.RangeError(0, 255))
	}
	if secretMissing {
		r.Required(p.Child("secretRef"), "")
	}
}

// checkISCSILength keeps short the name of the interface that is made for a
// volume with an initiator of its own.
func checkISCSILength(r *field.Report, volume, portal, value string, initiator *string, p *field.Path) {
	if initiator != nil && len(volume)+1+len(portal) > 64 {
		r.Invalid(p, value, "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.")
	}
}

func isISCSIName(name string) bool {
	return len(name) > 3 && iscsiNames[name[:3]] != nil && iscsiNames[name[:3]].MatchString(name)
}

func checkISCSIName(r *field.Report, name, start string, p *field.Path) {
	if len(name) < 3 || iscsiNames[name[:3]] == nil {
		r.Invalid(p, name, "must be valid format"+start)
	} else if !isISCSIName(name) {
		r.Invalid(p, name, "must be valid format")
	}
}

func checkFC(one *oneSource, s *FCVolumeSource) {
	p, ok := one.next(s != nil, "fc")
	if !ok {
		return
	}
	r := one.r
	switch {
	case len(s.TargetWWNs) == 0 && len(s.WWIDs) == 0:
		r.Required(p.Child("targetWWNs"), "must specify either targetWWNs or wwids, but not both")
	case len(s.TargetWWNs) > 0 && len(s.WWIDs) > 0:
		r.Invalid(p.Child("targetWWNs"), s.TargetWWNs, "targetWWNs and wwids can not be specified simultaneously")
	}
	if len(s.TargetWWNs) == 0 {
		return
	}
	if s.Lun == nil {
		r.Required(p.Child("lun"), "lun is required if targetWWNs is specified")
	} else if *s.Lun < 0 || *s.Lun > 255 {
		r.Invalid(p.Child("lun"), *s.Lun, meta.RangeError(0, 255))
	}
}

func checkFlocker(one *oneSource, s *FlockerVolumeSource) {
	p, ok := one.next(s != nil, "flocker")
	if !ok {
		return
	}
	switch {
	case s.DatasetName == "" && s.DatasetUUID == "":
		one.r.Required(p, "one of datasetName and datasetUUID is required")
	case s.DatasetName != "" && s.DatasetUUID != "":
		one.r.Invalid(p, "resource", "datasetName and datasetUUID can not be specified simultaneously")
	}
	if strings.Contains(s.DatasetName, "/") {
		one.r.Invalid(p.Child("datasetName"), s.DatasetName, "must not contain '/'")
	}
}

func checkQuobyte(one *oneSource, s *QuobyteVolumeSource) {
	const wanted = "must be a host:port pair or multiple pairs separated by commas"
	p, ok := one.next(s != nil, "quobyte")
	if !ok {
		return
	}
	switch {
	case s.Registry == "":
		one.r.Required(p.Child("registry"), wanted)
	case len(s.Tenant) >= 65:
		one.r.Required(p.Child("tenant"), "must be a UUID and may not exceed a length of 64 characters")
	default:
		for _, pair := range strings.Split(s.Registry, ",") {
			if !isHostPort(pair) {
				one.r.Invalid(p.Child("registry"), s.Registry, wanted)
			}
		}
	}
	requireAll(one.r, p, "volume", s.Volume)
}

// isHostPort reports whether s is a host and, behind the only colon or behind
// brackets, a port.
func isHostPort(s string) bool {
	colon := strings.LastIndexByte(s, ':')
	if colon < 0 {
		return false
	}
	host, port := s[:colon], s[colon+1:]
	if inner, ok := strings.CutPrefix(host, "["); ok {
		host, ok = strings.CutSuffix(inner, "]")
		return ok && !strings.ContainsAny(host+port, "[]")
	}
	return !strings.ContainsAny(host, ":[]") && !strings.ContainsAny(port, "[]")
}

func checkStorageOS(r *field.Report, name, namespace string, p *field.Path) {
	if name == "" {
		r.Required(p.Child("volumeName"), "")
	} else {
		r.Each(p.Child("volumeName"), name, meta.IsDNS1123Label(name))
	}
	if namespace != "" {
		r.Each(p.Child("volumeNamespace"), namespace, meta.IsDNS1123Label(namespace))
	}
}

func checkMonitors(r *field.Report, monitors []string, p *field.Path) {
	if len(monitors) == 0 {
		r.Required(p.Child("monitors"), "")
	}
}

// requireSecret wants a reference, if there is one, to say a name.
func requireSecret(r *field.Report, ref *LocalObjectReference, p *field.Path) {
	if ref != nil && ref.Name == "" {
		r.Required(p.Child("secretRef", "name"), "")
	}
}

func checkFlex(r *field.Report, driver string, options map[string]string, p *field.Path) {
	requireAll(r, p, "driver", driver)
	for _, k := range sortedKeys(options) {
		namespace, _, _ := strings.Cut(k, "/")
		namespace = "." + strings.ToLower(namespace)
		if strings.HasSuffix(namespace, ".kubernetes.io") || strings.HasSuffix(namespace, ".k8s.io") {
			r.Invalid(p.Child("options").Key(k), k, "kubernetes.io and k8s.io namespaces are reserved")
		}
	}
}

const driverMaxLength = 63

// CheckDriver checks the name of a CSI driver: a DNS name, in whatever case.
func CheckDriver(r *field.Report, driver string, p *field.Path) {
	if driver == "" {
		r.Required(p, "")
	}
	if len(driver) > driverMaxLength {
		r.Add(field.TooLong(p, driverMaxLength))
	}
	r.Each(p, driver, meta.IsDNS1123Subdomain(strings.ToLower(driver)))
}
