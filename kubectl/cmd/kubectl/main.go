// Command kubectl is the command line of a Pilothouse cluster.
package main

import (
	"os"

	"github.com/pilothouse/pilothouse/kubectl/internal/cmd"
)

func main() { os.Exit(cmd.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
