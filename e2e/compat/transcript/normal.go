package transcript

import "regexp"

// rules are all that may differ between two servers, and between two runs with
// one server, and what stands for it in a transcript. Nothing else is forgiven.
var rules = []struct {
	pattern *regexp.Regexp
	with    string
}{
	// Where the server is, and which build of 1.32 it is.
	{regexp.MustCompile(`\b127\.0\.0\.1:\d+`), "SERVER"},
	{regexp.MustCompile(`v1\.32\.\d+[-+.\w]*`), "v1.32.X"},
	{regexp.MustCompile(`GitCommit:"[^"]*", GitTreeState:"[^"]*", BuildDate:"[^"]*", GoVersion:"[^"]*"`), "BUILD"},
	// Since 1.34 an object that was never created says nothing of when it was.
	{regexp.MustCompile(`(?m)^ *creationTimestamp: null\n`), ""},
	// Identities, revisions and times.
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), "UID"},
	{regexp.MustCompile(`(resourceVersion"?: ?)"\d+"`), `$1"RV"`},
	{regexp.MustCompile(`(Resource Version: +)\d+`), "${1}RV"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`), "TIME"},
	{regexp.MustCompile(`(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000`), "TIME"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \+0000`), "TIME"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC`), "TIME"},
	{regexp.MustCompile(`(?m)^([IWE])\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ `), "$1 TIME PID "},
	// Ages: a column of a table, or before "ago". No script takes an hour.
	{regexp.MustCompile(`(?m)(^| {2,})(?:\d+m)?\d+s( {2,}|$)`), "${1}AGE$2"},
	{regexp.MustCompile(`(?m)(^| {2,})(?:\d+m)?\d+s( {2,}|$)`), "${1}AGE$2"}, // the neighbour of an age
	{regexp.MustCompile(`\b(?:\d+m)?\d+s ago\b`), "AGE ago"},
	// The five letters after a name that asks for it by beginning with gen-, and
	// after that of every pod's token volume.
	{regexp.MustCompile(`\b(gen-[a-z]+-|kube-api-access-)[bcdfghjklmnpqrstvwxz2456789]{5}\b`), "${1}XXXXX"},
	// Addresses and ports that the server chose.
	{regexp.MustCompile(`\b10\.(9[6-9]|10\d|11[01])\.\d+\.\d+\b`), "CLUSTERIP"},
	{regexp.MustCompile(`\b3[0-2]\d{3}(/(TCP|UDP))`), "NODEPORT$1"},
	{regexp.MustCompile(`(nodePort"?: ?)3[0-2]\d{3}\b`), "${1}NODEPORT"},
	// Credentials, and the names of temporary files.
	{regexp.MustCompile(`\beyJ[\w-]+\.[\w-]+\.[\w-]+`), "TOKEN"},
	{regexp.MustCompile(`/tmp/(LIVE|MERGED|kubectl-edit|edit)-[\w.-]+`), "/tmp/$1"},
}

// gaps are the blanks between a table's columns, which follow from the widths
// of what was replaced.
var gaps = regexp.MustCompile(`(\S) {2,}`)

// trailing are blanks at the ends of lines, where a column was padded.
var trailing = regexp.MustCompile(`(?m) +$`)

// Normal is text without what differs between two servers that behave alike.
func Normal(text string) string {
	normal := text
	for _, r := range rules {
		normal = r.pattern.ReplaceAllString(normal, r.with)
	}
	if normal == text {
		return text
	}
	return trailing.ReplaceAllString(gaps.ReplaceAllString(normal, "$1   "), "")
}
