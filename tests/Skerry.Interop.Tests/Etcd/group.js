// Drives a group of three agents with etcd3, one client for all three: the client goes where it likes, and the group agrees. Usage: node group.js URL URL URL
const assert = require('node:assert');
const { Etcd3, EtcdLockFailedError } = require('etcd3');

const client = new Etcd3({ hosts: process.argv.slice(2) });
const each = process.argv.slice(2).map(host => new Etcd3({ hosts: host }));
const next = (emitter, event) => new Promise((resolve, reject) => {
  const limit = setTimeout(() => reject(new Error(`no '${event}' within 30 s`)), 30000);
  emitter.once(event, (...args) => { clearTimeout(limit); resolve(args); });
});

async function keys() {
  await client.put('e/a').value('1');
  for (const node of each) assert.strictEqual(await node.get('e/a').string(), '1');
  const won = await Promise.all(each.map((node, i) => node.if('e/once', 'Create', '==', 0).then(node.put('e/once').value(`${i}`)).commit()));
  assert.strictEqual(won.filter(answer => answer.succeeded).length, 1);
  assert.strictEqual((await client.delete().prefix('e/')).deleted, '2');
}

async function watches() {
  const watcher = await each[2].watch().prefix('ew/').create();
  const put = next(watcher, 'put');
  await each[0].put('ew/1').value('x');
  assert.strictEqual((await put)[0].value.toString(), 'x');
  const gone = next(watcher, 'delete');
  await each[1].delete().key('ew/1');
  await gone;
  await watcher.cancel();
}

async function leases() {
  const lease = each[0].lease(2);
  await lease.put('el').value('here');
  await next(lease, 'keepaliveSucceeded');
  assert.strictEqual(await each[1].get('el').string(), 'here');
  await lease.revoke();
  assert.strictEqual(await each[2].get('el').string(), null);
}

async function locks() {
  const lock = each[0].lock('edoor').ttl(10);
  await lock.acquire();
  await assert.rejects(each[1].lock('edoor').acquire(), EtcdLockFailedError);
  await lock.release();
  await each[2].lock('edoor').do(async () => {});
}

async function elections() {
  const first = each[0].election('epost', 10).campaign('first');
  await next(first, 'elected');
  const second = each[1].election('epost', 10).campaign('second');
  const elected = next(second, 'elected');
  assert.strictEqual(await each[2].election('epost', 10).leader(), 'first');
  await first.resign();
  await elected;
  await second.resign();
}

// One key space behind both doors.
async function both() {
  assert.strictEqual(await client.get('cross/consul').string(), 'from consul');
  await client.put('cross/consul').value('changed by etcd');
  await client.put('cross/etcd').value('from etcd');
}

(async () => {
  for (const part of [keys, watches, leases, locks, elections, both]) {
    await part().catch(error => { throw new Error(`${part.name}: ${error.stack}`); });
  }
  client.close();
  process.exit(0);
})().catch(error => { console.error(error.message); process.exit(1); });
