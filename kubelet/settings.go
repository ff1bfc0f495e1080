package kubelet

// settings are what /configz tells of a kubelet: the fields of upstream's
// configuration file that have a meaning here.
func (c *Config) settings() map[string]any {
	return map[string]any{
		"address":                         c.Address,
		"cgroupDriver":                    c.CgroupDriver,
		"cgroupRoot":                      "/",
		"clusterDNS":                      c.ClusterDNS,
		"clusterDomain":                   c.ClusterDomain,
		"containerLogMaxFiles":            c.LogMaxFiles,
		"containerLogMaxSize":             c.LogMaxSize,
		"containerRuntimeEndpoint":        c.RuntimeEndpoint,
		"enableServer":                    true,
		"failSwapOn":                      false,
		"healthzBindAddress":              c.HealthzAddress,
		"healthzPort":                     c.HealthzPort,
		"maxPods":                         c.MaxPods,
		"nodeLeaseDurationSeconds":        c.LeaseDuration,
		"nodeStatusReportFrequency":       c.StatusReport.String(),
		"nodeStatusUpdateFrequency":       c.StatusFrequency.String(),
		"podLogsDir":                      c.LogDir,
		"podPidsLimit":                    c.PodPidsLimit,
		"port":                            c.Port,
		"registerNode":                    true,
		"resolvConf":                      c.ResolvConf,
		"staticPodPath":                   c.ManifestDir,
		"systemReserved":                  c.reserved,
		"volumePluginDir":                 "",
		"enableControllerAttachDetach":    true,
		"enableDebuggingHandlers":         true,
		"enableSystemLogHandler":          true,
		"memorySwap":                      map[string]any{},
		"evictionHard":                    map[string]any{},
		"cpuManagerPolicy":                "none",
		"memoryManagerPolicy":             "None",
		"topologyManagerPolicy":           "none",
		"syncFrequency":                   c.Relist.String(),
		"kubeReserved":                    map[string]any{},
		"registerWithTaints":              c.registered(),
		"shutdownGracePeriod":             "0s",
		"shutdownGracePeriodCriticalPods": "0s",
	}
}

// registered are the taints that the node comes with.
func (c *Config) registered() any {
	taints, _ := c.taints() // Validate has read them
	return taints
}
