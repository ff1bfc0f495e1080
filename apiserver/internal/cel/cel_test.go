package cel

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/cel-go/common/types"
)

func TestLibraries(t *testing.T) {
	env, err := New(Variable{"self", Dyn}, Variable{"authorizer", AuthorizerType})
	if err != nil {
		t.Fatal(err)
	}
	var seen []Access
	values := Values{
		"self": map[string]any{"n": int64(3), "f": 3.0, "list": []any{"a", "b"}, "ips": []any{"10.0.0.1"}},
		"authorizer": AuthorizerVal(func(a Access) Decision {
			seen = append(seen, a)
			return Decision{Allowed: a.Verb == "get", Reason: "because"}
		}),
	}
	for _, text := range []string{
		`[1, 2, 3].isSorted() && !["b", "a"].isSorted()`,
		`[1, 2, 3].sum() == 6 && [1.5, 2.0].max() == 2.0 && ['b', 'a'].min() == 'a'`,
		`[].sum() == 0 || true`,
		`['a', 'b', 'a'].indexOf('b') == 1 && ['a', 'b', 'a'].lastIndexOf('a') == 2 && ['a'].indexOf('x') == -1`,
		`'abc 123'.find('[0-9]+') == '123' && '1 2 3'.findAll('[0-9]') == ['1', '2', '3'] && '1 2 3'.findAll('[0-9]', 2) == ['1', '2']`,
		`url('https://u@example.com:80/a%20b?x=1&x=2').getHost() == 'example.com:80'`,
		`url('https://example.com:80/a%20b?x=1&x=2').getQuery() == {'x': ['1', '2']} && url('/a%20b').getEscapedPath() == '/a%20b'`,
		`isURL('https://a') && !isURL('../a') && url('http://[::1]:80').getHostname() == '::1' && url('http://[::1]:80').getPort() == '80'`,
		`quantity('200M').compareTo(quantity('0.2G')) == 0 && quantity('50k').add(20).isGreaterThan(quantity('50k'))`,
		`isQuantity('1.3Gi') && !isQuantity('20 mega') && quantity('50000').asInteger() == 50000 && !quantity('1500m').isInteger()`,
		`quantity('1500m').asApproximateFloat() == 1.5 && quantity('-1').sign() == -1 && quantity('1k') == quantity('1000')`,
		`ip('192.168.0.1').family() == 4 && ip('::1').isLoopback() && ip.isCanonical('::1') && !ip.isCanonical('0:0::1') && !isIP('1.2.3.256')`,
		`string(ip('::1')) == '::1' && ip('127.0.0.1') == ip('127.0.0.1') && !isIP('::ffff:1.2.3.4')`,
		`cidr('192.168.0.0/24').containsIP('192.168.0.1') && cidr('192.168.0.0/16').containsCIDR('192.168.10.0/24') && !cidr('10.0.0.0/24').containsCIDR(cidr('10.0.0.0/8'))`,
		`cidr('192.168.0.1/24').masked() == cidr('192.168.0.0/24') && cidr('192.168.0.1/24').prefixLength() == 24 && cidr('192.168.0.1/24').ip() == ip('192.168.0.1')`,
		`!format.dns1123Label().validate('my-name').hasValue() && format.dns1123Label().validate('My_Name').value().size() == 1`,
		`format.named('uuid').hasValue() && !format.named('nope').hasValue()`,
		`semver('1.2.3').isGreaterThan(semver('1.2.3-rc.1')) && semver('v1.2', true).minor() == 2 && !isSemver('1.2')`,
		`self.n == self.f && self.n < 3.5`,
		`self.list.exists(x, x == 'b') && self.?none.orValue('x') == 'x' && !has(self.none)`,
		`'a,b'.split(',').join('-') == 'a-b' && '%s %d'.format(['x', 1]) == 'x 1'`,
		`sets.contains([1, 2], [1]) && {'a': 1}.all(k, v, v == 1)`,
		`authorizer.group('apps').resource('deployments').subresource('scale').namespace('ns').name('n').check('get').allowed()`,
		`authorizer.serviceAccount('ns', 'sa').path('/healthz').check('post').reason() == 'because'`,
		`timestamp('2020-01-01T00:00:00Z').getFullYear() == 2020`,
		`'abc'.lowerAscii() == 'abc' && [[1], [2]].flatten() == [1, 2]`,
	} {
		p, err := env.Compile(text, Bool)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		out, err := p.Eval(context.Background(), values, NewBudget(PerObject))
		if err != nil || out != types.True {
			t.Errorf("%s: %v, %v", text, out, err)
		}
	}
	want := []Access{
		{Group: "apps", Resource: "deployments", Subresource: "scale", Namespace: "ns", Name: "n", Verb: "get"},
		{Path: "/healthz", Verb: "post", Account: [2]string{"ns", "sa"}},
	}
	if len(seen) != 2 || seen[0] != want[0] || seen[1] != want[1] {
		t.Errorf("the authorizer was asked %+v", seen)
	}
}

func TestRefused(t *testing.T) {
	object := &ObjectType{Name: "Spec", Fields: map[string]*Type{"size": Int}}
	env, err := New()
	if err != nil {
		t.Fatal(err)
	}
	if env, err = env.ExtendWithObjects([]*ObjectType{object}, Variable{"self", object.Type()}); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		`self.size + `:       "compilation failed: ERROR: <input>:1:13: Syntax error",
		`self.colour == 'x'`: "compilation failed: ERROR: <input>:1:5: undefined field 'colour'",
		`self.size`:          "must evaluate to bool",
		`self.size == 'x'`:   "found no matching overload for '_==_' applied to '(int, string)'",
		`'a'.matches('(')`:   "invalid matches argument",
		`[1, 'a'].size()==1`: "expected type 'int' but found 'string'",
	} {
		_, err := env.Compile(text, Bool)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestCostIsBounded(t *testing.T) {
	env, _ := New(Variable{"self", Dyn})
	p, err := env.Compile(`self.all(a, self.all(b, self.all(c, a + b + c >= 0)))`, Bool)
	if err != nil {
		t.Fatal(err)
	}
	var list []any
	for i := range 200 {
		list = append(list, int64(i))
	}
	if _, err := p.Eval(context.Background(), Values{"self": list}, NewBudget(PerObject)); !errors.Is(err, ErrCost) {
		t.Errorf("a cubic walk ended with %v", err)
	}
	if _, err := p.Eval(context.Background(), Values{"self": list[:10]}, NewBudget(100)); !errors.Is(err, ErrBudget) {
		t.Errorf("a small budget ended with %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := p.Eval(ctx, Values{"self": list}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that is over it ended with %v", err)
	}
	c, err := p.EstimateCost(nil)
	if err != nil || c.Max < 1<<60 {
		t.Errorf("the estimate is %v, %v", c, err)
	}
	env, _ = New(Variable{"self", types.NewListType(types.IntType)})
	if p, err = env.Compile(p.Text, Bool); err != nil {
		t.Fatal(err)
	}
	c, err = p.EstimateCost(func(path []string, _ *Type) (uint64, uint64, bool) { return 0, 5, len(path) == 1 })
	if err != nil || c.Max > 10_000 {
		t.Errorf("the estimate for a short list is %v, %v", c, err)
	}
}
