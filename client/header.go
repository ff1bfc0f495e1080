package client

import "net/http"

// Credentials are the headers that tell the server who this client is, for
// connections that are made outside it, such as websockets.
func (c *Client) Credentials() (http.Header, error) {
	h := http.Header{}
	return h, c.authorize(h)
}
