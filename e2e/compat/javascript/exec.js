// Runs a command in a pod with @kubernetes/client-node and prints what it
// printed: node exec.js NAMESPACE POD CONTAINER COMMAND...
import { PassThrough } from 'node:stream';
import * as k8s from '@kubernetes/client-node';

const [namespace, pod, container, ...command] = process.argv.slice(2);
const config = new k8s.KubeConfig();
config.loadFromDefault();
const stdout = new PassThrough();
stdout.on('data', (data) => process.stdout.write(data));
const status = await new Promise((resolve, reject) => {
  new k8s.Exec(config)
    .exec(namespace, pod, container, command, stdout, process.stderr, null, false, resolve)
    .catch(reject);
});
console.log(`status: ${status.status}`);
process.exit(status.status === 'Success' ? 0 : 1);
