// Command kubectl is the genuine one, built from its module for machines that
// have none. Its version is set here because modules do not carry it.
package main

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"
	// Credentials of all kinds.
	_ "k8s.io/client-go/plugin/pkg/client/auth"
)

func main() { os.Exit(cli.Run(cmd.NewDefaultKubectlCommand())) }
