package authentication

// UserInfo is TODO.
type UserInfo struct {
	Username string                `json:"username,omitempty" protobuf:"1"`
	UID      string                `json:"uid,omitempty" protobuf:"2"`
	Groups   []string              `json:"groups,omitempty" protobuf:"3" listType:"atomic"`
	Extra    map[string]ExtraValue `json:"extra,omitempty" protobuf:"4"`
}

// ExtraValue is TODO.
type ExtraValue []string
