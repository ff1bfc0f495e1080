// Package meta holds what all kinds of objects have in common: their kind and
// metadata, lists, options of requests, the Status that a failed request is
// answered with, times, label selectors, and the rules for names.
//
// Every kind embeds TypeMeta and ObjectMeta and so implements Object. Read
// object.go first.
package meta
