// Package apiextensions holds the kinds of apiextensions.k8s.io/v1:
// CustomResourceDefinition and the schemas it is made of.
package apiextensions
