package proxy

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// links are the attributes of HTML's elements that hold addresses.
var links = map[atom.Atom][]string{
	atom.A: {"href"}, atom.Applet: {"codebase"}, atom.Area: {"href"}, atom.Audio: {"src"}, atom.Base: {"href"},
	atom.Blockquote: {"cite"}, atom.Body: {"background"}, atom.Button: {"formaction"}, atom.Command: {"icon"},
	atom.Del: {"cite"}, atom.Embed: {"src"}, atom.Form: {"action"}, atom.Frame: {"longdesc", "src"}, atom.Head: {"profile"},
	atom.Html: {"manifest"}, atom.Iframe: {"longdesc", "src"}, atom.Img: {"longdesc", "src", "usemap"},
	atom.Input: {"src", "usemap", "formaction"}, atom.Ins: {"cite"}, atom.Link: {"href"},
	atom.Object: {"classid", "codebase", "data", "usemap"}, atom.Q: {"cite"}, atom.Script: {"src"}, atom.Source: {"src"},
	atom.Video: {"poster", "src"},
}

// place is where what lies behind the proxy appears to its clients: they see its
// root at prefix. asked is the host that the client asked for, host the one that
// was asked.
type place struct{ prefix, asked, host string }

// move is a link of a page as it works for the client. Those that lead elsewhere,
// or go on from the page's own address, stay as they are.
func (p place) move(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Host != "" && u.Host != p.host && u.Host != p.asked || !strings.HasPrefix(u.Path, "/") {
		return link
	}
	if u.Host != p.asked {
		u.Scheme, u.Host = "", ""
	}
	if !strings.HasPrefix(u.Path, p.prefix) {
		slash := strings.HasSuffix(u.Path, "/")
		u.RawPath = ""
		u.Path = path.Join(p.prefix, u.Path)
		if slash {
			u.Path += "/"
		}
	}
	return u.String()
}

// adapt makes an answer fit for the client: redirects and a page's links lead
// through the proxy, and nobody but this server says which other sites may read
// it.
func (p place) adapt(resp *http.Response) error {
	for _, h := range []string{"Credentials", "Headers", "Methods", "Origin"} {
		resp.Header.Del("Access-Control-Allow-" + h)
	}
	if to := resp.Header.Get("Location"); to != "" {
		resp.Header.Set("Location", p.move(to))
		return nil
	}
	kind, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	if strings.TrimSpace(kind) != "text/html" || resp.Body == nil || resp.Body == http.NoBody || resp.Request.Method == http.MethodHead {
		return nil
	}
	encoding := resp.Header.Get("Content-Encoding")
	if !slices.Contains([]string{"", "gzip", "deflate"}, encoding) {
		return nil // not to be read
	}
	from := resp.Body
	r, w := io.Pipe()
	go func() {
		defer from.Close()
		w.CloseWithError(p.page(w, from, encoding))
	}()
	resp.Body = r
	resp.Header.Del("Content-Length")
	resp.ContentLength = -1
	return nil
}

// page copies a page with its links changed.
func (p place) page(to io.Writer, from io.Reader, encoding string) error {
	switch encoding {
	case "gzip":
		zr, err := gzip.NewReader(from)
		if err != nil {
			return err
		}
		zw := gzip.NewWriter(to)
		if err := p.rewrite(zw, zr); err != nil {
			return err
		}
		return zw.Close()
	case "deflate":
		zw, err := flate.NewWriter(to, flate.DefaultCompression)
		if err != nil {
			return err
		}
		if err := p.rewrite(zw, flate.NewReader(from)); err != nil {
			return err
		}
		return zw.Close()
	}
	return p.rewrite(to, from)
}

// longest bounds one piece of a page that is held in memory, in bytes. A page with
// a longer one goes on unchanged from there.
const longest = 1 << 20

func (p place) rewrite(to io.Writer, from io.Reader) error {
	out := bufio.NewWriterSize(to, 32<<10)
	pieces := html.NewTokenizer(from)
	pieces.SetMaxBuf(longest)
	for {
		kind := pieces.Next()
		var err error
		switch kind {
		case html.ErrorToken:
			_, err = out.Write(pieces.Raw())
			if err == nil && pieces.Err() == html.ErrBufferExceeded {
				if _, err = out.Write(pieces.Buffered()); err == nil {
					_, err = io.Copy(out, from)
				}
			} else if err == nil && pieces.Err() != io.EOF {
				err = pieces.Err()
			}
			if err != nil {
				return err
			}
			return out.Flush()
		case html.StartTagToken, html.SelfClosingTagToken:
			raw := slices.Clone(pieces.Raw()) // reading the token overwrites it
			if t := pieces.Token(); p.moveAll(&t) {
				_, err = out.WriteString(t.String())
			} else {
				_, err = out.Write(raw)
			}
		default:
			_, err = out.Write(pieces.Raw())
		}
		if err == nil && len(pieces.Buffered()) == 0 {
			err = out.Flush() // the next piece may be long in coming
		}
		if err != nil {
			return err
		}
	}
}

// moveAll changes the links of one tag, and says whether there are any to change.
func (p place) moveAll(t *html.Token) (changed bool) {
	names := links[t.DataAtom]
	for i := range t.Attr {
		a := &t.Attr[i]
		if slices.Contains(names, a.Key) {
			if to := p.move(a.Val); to != a.Val {
				a.Val, changed = to, true
			}
		}
	}
	return changed
}
