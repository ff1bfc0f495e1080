package compat

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		fmt.Println("starts daemons and builds strangers' programs: make test-compat")
		os.Exit(0)
	}
	os.Exit(m.Run())
}
