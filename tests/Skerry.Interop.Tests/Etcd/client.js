// Drives Skerry's etcd API with etcd3: keys, transactions, watches, leases, locks, elections. Exits with 1 and the reason when something is not as etcd has it.
const assert = require('node:assert');
const { Etcd3, EtcdLockFailedError } = require('etcd3');

const client = new Etcd3({ hosts: process.argv[2] });
const next = (emitter, event) => new Promise((resolve, reject) => {
  const limit = setTimeout(() => reject(new Error(`no '${event}' within 20 s`)), 20000);
  emitter.once(event, (...args) => { clearTimeout(limit); resolve(args); });
});

async function keys() {
  await client.put('app/a').value('1');
  await client.put('app/b').value('2');
  assert.strictEqual(await client.get('app/a').string(), '1');
  assert.strictEqual(await client.get('missing').string(), null);
  assert.deepStrictEqual(await client.getAll().prefix('app/').strings(), { 'app/a': '1', 'app/b': '2' });
  assert.deepStrictEqual(await client.getAll().prefix('app/').sort('Key', 'Descend').limit(1).keys(), ['app/b']);
  assert.strictEqual(await client.getAll().prefix('app/').count(), 2);
  const done = await client.if('app/a', 'Value', '==', '1').then(client.put('app/a').value('3')).else(client.get('app/a')).commit();
  assert.strictEqual(done.succeeded, true);
  assert.strictEqual(await client.get('app/a').number(), 3);
  assert.strictEqual((await client.delete().prefix('app/')).deleted, '2');
}

async function transactions() {
  await client.put('account').value('10');
  const spend = () => client.stm().transact(async tx => {
    const balance = await tx.get('account').number();
    await tx.put('account').value(balance - 1);
  });
  await Promise.all([spend(), spend(), spend()]);
  assert.strictEqual(await client.get('account').number(), 7);
}

async function watches() {
  const watcher = await client.watch().prefix('w/').create();
  const put = next(watcher, 'put');
  await client.put('w/1').value('x');
  assert.strictEqual((await put)[0].value.toString(), 'x');
  const gone = next(watcher, 'delete');
  await client.delete().key('w/1');
  assert.strictEqual((await gone)[0].key.toString(), 'w/1');
  await watcher.cancel();
  const past = client.watch().key('w/1').startRevision('1').watcher();
  assert.strictEqual((await next(past, 'put'))[0].value.toString(), 'x');
  await past.cancel();
}

async function leases() {
  const lease = client.lease(2);
  await lease.put('leased').value('here');
  await next(lease, 'keepaliveSucceeded');
  assert.strictEqual(await client.get('leased').string(), 'here');
  await lease.revoke();
  assert.strictEqual(await client.get('leased').string(), null);
  const short = client.lease(2, { autoKeepAlive: false });
  await short.put('short').value('here');
  const watcher = await client.watch().key('short').create();
  await next(watcher, 'delete');
  await watcher.cancel();
}

async function locks() {
  const lock = client.lock('door').ttl(5);
  await lock.acquire();
  await assert.rejects(client.lock('door').acquire(), EtcdLockFailedError);
  await lock.release();
  await client.lock('door').do(async () => {});
}

async function elections() {
  const election = client.election('post', 5);
  const first = election.campaign('first');
  await next(first, 'elected');
  assert.strictEqual(await election.leader(), 'first');
  const second = election.campaign('second');
  const elected = next(second, 'elected');
  await first.resign();
  await elected;
  assert.strictEqual(await election.leader(), 'second');
  await second.resign();
}

async function refusals() {
  await assert.rejects(async () => client.put('').value('x'), /key is not provided/);
  await assert.rejects(async () => client.get('a').revision('99999'), /required revision is a future revision/);
}

(async () => {
  for (const part of [keys, transactions, watches, leases, locks, elections, refusals]) {
    await part().catch(error => { throw new Error(`${part.name}: ${error.stack}`); });
  }
  client.close();
  process.exit(0);
})().catch(error => { console.error(error.message); process.exit(1); });
