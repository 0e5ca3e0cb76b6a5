// Drives the keys, sessions, locks and transactions of a group of three agents with Consul's client for Node, unchanged. Usage: node kv.js HOST HOST HOST
const assert = require("node:assert");
const Consul = require("consul");

const nodes = process.argv.slice(2).map((host) => new Consul({ host, port: 8500 }));
const [one, two, three] = nodes;

async function until(what, condition) {
  const deadline = Date.now() + 30000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    assert(Date.now() < deadline, `waited 30 s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function keys() {
  assert.equal(await one.kv.get("kv/none"), undefined);
  assert.equal(await one.kv.set("kv/a b?/ü", "1"), true);
  assert.equal(await two.kv.set({ key: "kv/flags", value: "2", flags: 42 }), true);
  // Written through one node, read through the others.
  for (const node of nodes) {
    assert.equal((await node.kv.get("kv/a b?/ü")).Value, "1");
    const entry = await node.kv.get("kv/flags");
    assert.deepEqual([entry.Key, entry.Flags, entry.Value, entry.LockIndex, entry.CreateIndex === entry.ModifyIndex], ["kv/flags", 42, "2", 0, true]);
    assert.equal((await node.kv.get({ key: "kv/flags", raw: true })).toString(), "2");
    assert.deepEqual(await node.kv.keys("kv/"), ["kv/a b?/ü", "kv/flags"]);
    assert.deepEqual(await node.kv.keys({ key: "kv/", separator: "/" }), ["kv/a b?/", "kv/flags"]);
    assert.deepEqual((await node.kv.get({ key: "kv/", recurse: true })).map((item) => item.Value), ["1", "2"]);
  }

  const { ModifyIndex } = await three.kv.get("kv/flags");
  assert(!(await three.kv.set({ key: "kv/flags", value: "no", cas: "0" }))); // this client gives undefined for false
  assert.equal(await three.kv.set({ key: "kv/flags", value: "3", cas: ModifyIndex }), true);
  assert(!(await three.kv.set({ key: "kv/flags", value: "no", cas: ModifyIndex })));
  await one.kv.del({ key: "kv/flags", cas: ModifyIndex });
  assert.equal((await one.kv.get({ key: "kv/flags", consistent: true })).Value, "3");
  await one.kv.del({ key: "kv/", recurse: true });
  assert.equal(await two.kv.get({ key: "kv/", recurse: true }), undefined);
  await assert.rejects(one.kv.set("kv/large", "x".repeat(512 * 1024 + 1)), /too large|413/i);
  await assert.rejects(one.kv.set("_skerry/x", "1"), /forbidden/);
}

async function watches() {
  await one.kv.set("w/a", "1");
  const seen = [];
  const watch = two.watch({ method: two.kv.get, options: { key: "w/", recurse: true, wait: "20s" }, backoffFactor: 100 });
  watch.on("change", (entries) => seen.push((entries ?? []).map((entry) => `${entry.Key}=${entry.Value}`).join()));
  watch.on("error", (error) => { throw error; });
  await until("the first answer of the watch", () => seen.includes("w/a=1"));
  await three.kv.set("w/b", "2");
  await until("the watch to see another key", () => seen.includes("w/a=1,w/b=2"));
  await three.kv.del("w/a");
  await until("the watch to see a deletion", () => seen.at(-1) === "w/b=2");
  await one.kv.del({ key: "w/", recurse: true });
  await until("the watch to see the last one go", () => seen.at(-1) === "");
  watch.end();
}

async function sessions() {
  const { ID } = await one.session.create({ name: "s", ttl: "10s", behavior: "delete", lockdelay: "5s" });
  const session = await two.session.info(ID);
  assert.deepEqual([session.ID, session.Name, session.TTL, session.Behavior, session.LockDelay, session.Node], [ID, "s", "10s", "delete", 5e9, "one"]);
  assert.deepEqual((await three.session.node("one")).map((item) => item.ID), [ID]);
  assert.deepEqual((await three.session.list()).map((item) => item.ID), [ID]);
  assert.equal((await two.session.renew(ID))[0].ID, ID);
  assert.equal(await one.kv.set({ key: "ephemeral", value: "here", acquire: ID }), true);
  await three.session.destroy(ID);
  assert.equal(await one.session.info(ID), undefined);
  assert.equal(await one.kv.get("ephemeral"), undefined);
  await assert.rejects(one.session.renew(ID), /404|not found/i);
  await assert.rejects(one.session.create({ ttl: "5s" }), /Invalid Session TTL/);
}

// Nine contenders at three nodes take a lock in turn, each adding one to a number that nothing else guards.
async function contention() {
  const held = [];
  const tokens = [];
  await one.kv.set("lock/counter", "0");
  await Promise.all([...nodes, ...nodes, ...nodes].map(async (node, i) => {
    const { ID } = await node.session.create({ ttl: "30s", lockdelay: "0s" });
    let index;
    for (;;) {
      if (await node.kv.set({ key: "lock/door", value: `${i}`, acquire: ID })) break;
      const entry = await node.kv.get({ key: "lock/door", index, wait: "2s" });
      index = entry?.ModifyIndex;
    }

    held.push(i);
    assert.equal(held.length, 1, "two held the lock at a time");
    tokens.push((await node.kv.get("lock/door")).LockIndex);
    const number = Number((await node.kv.get("lock/counter")).Value);
    await node.kv.set("lock/counter", `${number + 1}`);
    held.pop();
    assert.equal(await node.kv.set({ key: "lock/door", value: "", release: ID }), true);
    await node.session.destroy(ID);
  }));
  assert.equal((await two.kv.get("lock/counter")).Value, "9");
  assert.deepEqual(tokens, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

async function transactions() {
  const value = (text) => Buffer.from(text).toString("base64");
  const done = await one.transaction.create([
    { KV: { Verb: "set", Key: "t/a", Value: value("1") } },
    { KV: { Verb: "set", Key: "t/b", Value: value("2"), Flags: 7 } },
    { KV: { Verb: "get-tree", Key: "t/" } },
  ]);
  assert.deepEqual(done.Results.map((item) => item.KV.Value), [null, null, value("1"), value("2")]);
  assert.equal((await two.kv.get("t/b")).Flags, 7);
  const { ModifyIndex } = await two.kv.get("t/a");
  await assert.rejects(two.transaction.create([
    { KV: { Verb: "delete", Key: "t/b" } },
    { KV: { Verb: "check-index", Key: "t/a", Index: ModifyIndex + 1 } },
  ]), /409|conflict/i);
  assert.equal((await three.kv.get("t/b")).Value, "2");
  const { ID } = await three.session.create();
  await three.transaction.create([
    { KV: { Verb: "cas", Key: "t/a", Value: value("3"), Index: ModifyIndex } },
    { KV: { Verb: "lock", Key: "t/b", Value: value("mine"), Session: ID } },
    { KV: { Verb: "check-session", Key: "t/b", Session: ID } },
  ]);
  assert.deepEqual([(await one.kv.get("t/a")).Value, (await one.kv.get("t/b")).Session], ["3", ID]);
  await three.session.destroy(ID);
  assert.equal((await one.kv.get("t/b")).Session, undefined);
}

async function refusals() {
  await assert.rejects(one.transaction.create(Array.from({ length: 129 }, () => ({ KV: { Verb: "get", Key: "a" } }))), /413|too many/i);
  await assert.rejects(one.kv.get({ key: "a", dc: "nowhere" }), /No path to datacenter|500/);
  await assert.rejects(one.kv.set({ key: "a", value: "1", acquire: "00000000-0000-0000-0000-000000000000" }), /invalid session/);
}

(async () => {
  for (const part of [keys, watches, sessions, contention, transactions, refusals]) {
    await part().catch((error) => { throw new Error(`${part.name}: ${error.stack}`); });
  }
  await two.kv.set({ key: "cross/consul", value: "from consul", flags: 42 });
  process.exit(0);
})().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
