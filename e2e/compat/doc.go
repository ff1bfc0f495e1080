// Package compat lets strangers' programs work with our API server: genuine
// kubectls, client-go, controller-runtime, helm, kwok, metrics-server,
// Prometheus and the JavaScript client. None of them may notice whose server
// it talks to.
//
// Everything here needs an API server and a controller manager alone, which
// [bed] starts on free ports with a data folder that goes away afterwards: no
// root, no containers. Each program has its file, and its test runs alone:
//
//	cd e2e/compat && go test . -run TestHelm
//
// The programs come from module proxies and package registries in the versions
// that the files here pin; what is built lies under bin/strangers.
package compat
