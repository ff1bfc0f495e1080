// Lists, watches, informs and writes with @kubernetes/client-node, as its users
// do. Prints a line for each thing that works; the test compares them.
import * as k8s from '@kubernetes/client-node';

const config = new k8s.KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(k8s.CoreV1Api);
const apps = config.makeApiClient(k8s.AppsV1Api);
const namespace = 'javascript';

await core.createNamespace({ body: { metadata: { name: namespace } } });

// A watch from now on sees what happens next.
const seen = [];
let saw;
const deleted = new Promise((resolve) => { saw = resolve; });
const watch = new k8s.Watch(config);
const controller = await watch.watch(
  `/api/v1/namespaces/${namespace}/configmaps`, { labelSelector: 'made=here' },
  (type, object) => {
    seen.push(`${type} ${object.metadata.name} ${object.data?.key}`);
    if (type === 'DELETED') saw();
  },
  (err) => { if (err && err.name !== 'AbortError') throw err; },
);

// An informer keeps a copy.
const list = () => core.listNamespacedConfigMap({ namespace, labelSelector: 'made=here' });
const informer = k8s.makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, list, 'made=here');
let informed;
const updated = new Promise((resolve) => { informed = resolve; });
informer.on('update', (object) => { if (object.data.key === 'two') informed(); });
await informer.start();

const made = await core.createNamespacedConfigMap({
  namespace, body: { metadata: { name: 'one', labels: { made: 'here' } }, data: { key: 'one' } },
});
console.log('created', made.metadata.name, made.metadata.uid !== '');
made.data.key = 'two';
const changed = await core.replaceNamespacedConfigMap({ name: 'one', namespace, body: made });
console.log('replaced', changed.data.key);
const stale = await core.replaceNamespacedConfigMap({
  name: 'one', namespace, body: { ...made, metadata: { ...made.metadata, resourceVersion: '1' } },
}).catch((e) => e);
console.log('stale', stale.code, JSON.parse(stale.body).reason);
const patched = await core.patchNamespacedConfigMap(
  { name: 'one', namespace, body: { data: { more: 'yes' } } },
  k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.MergePatch),
);
console.log('patched', JSON.stringify(patched.data));
await updated;
console.log('informed', informer.get('one', namespace).metadata.name);

const missing = await core.readNamespacedConfigMap({ name: 'missing', namespace }).catch((e) => e);
console.log('missing', missing.code, JSON.parse(missing.body).message);

await apps.createNamespacedDeployment({
  namespace,
  body: {
    metadata: { name: 'web' },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx' }] } },
    },
  },
});
console.log('scale', (await apps.readNamespacedDeploymentScale({ name: 'web', namespace })).spec.replicas ?? 0);

// Objects of any kind.
const objects = k8s.KubernetesObjectApi.makeApiClient(config);
await objects.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'any', namespace }, stringData: { a: 'b' } });
const any = await objects.read({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'any', namespace } });
console.log('any', any.data.a);

await core.deleteNamespacedConfigMap({ name: 'one', namespace });
await deleted;
console.log('watched', seen.map((s) => s.split(' ')[0]).join(' '));
console.log('left', (await list()).items.length);
controller.abort();
await informer.stop();
await core.deleteNamespace({ name: namespace });
process.exit(0);
