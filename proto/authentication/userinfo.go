package authentication

// UserInfo is what is known of a user.
type UserInfo struct {
	// The user's name, unique in the cluster.
	Username string `json:"username,omitempty" protobuf:"1"`
	// Tells apart two users who had the same name at different times.
	UID string `json:"uid,omitempty" protobuf:"2"`
	// The groups that the user is a member of.
	Groups []string `json:"groups,omitempty" protobuf:"3" listType:"atomic"`
	// What else the user's credentials tell.
	Extra map[string]ExtraValue `json:"extra,omitempty" protobuf:"4"`
}

// ExtraValue is the values of one extra attribute of a user.
type ExtraValue []string
