// Drives tokens, policies and events of a group of three agents with Consul's client for Node, unchanged. Usage: node acl.js HOST HOST HOST
const assert = require("node:assert");
const Consul = require("consul");

const hosts = process.argv.slice(2);
const as = (token) => hosts.map((host) => new Consul({ host, port: 8500, defaults: token ? { token } : {} }));

async function until(what, condition) {
  const deadline = Date.now() + 30000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    assert(Date.now() < deadline, `waited 30 s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const refused = (call) => call.then(() => false, (error) => /403|Permission denied|ACL not found/.test(`${error.message} ${error.response?.body}`));

// What the client has no words for, as its users do it.
async function put(token, path, body) {
  const answer = await fetch(`http://${hosts[0]}:8500${path}`, { method: "PUT", headers: { "X-Consul-Token": token }, body: JSON.stringify(body) });
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
}

async function main() {
  const strangers = as("");
  const first = await until("a leader", () => strangers[0].acl.bootstrap().catch((error) => assert.match(error.message, /500|leader/i)));
  assert(await refused(strangers[1].acl.bootstrap()));
  const roots = as(first.SecretID);
  for (const root of roots) await until("the first token to be known everywhere", () => root.kv.set("acl/root", "1").catch(() => false));

  // By a policy, on all nodes.
  await put(first.SecretID, "/v1/acl/policy", { Name: "shop", Rules: 'key_prefix "shop/" { policy = "write" } event "sale" { policy = "write" } node_prefix "" { policy = "read" }' });
  const made = await put(first.SecretID, "/v1/acl/token", { Policies: [{ Name: "shop" }] });
  const shops = as(made.SecretID);
  for (const shop of shops) {
    await until("the token to be known everywhere", () => shop.kv.set("shop/a", "1").catch(() => false));
    assert(await refused(shop.kv.set("other", "1")));
    assert(await refused(shop.kv.get("acl/root")));
    assert(await refused(shop.kv.del({ key: "", recurse: true })));
    assert.deepEqual((await shop.kv.get({ key: "", recurse: true })).map((entry) => entry.Key), ["shop/a"]);
    assert.equal((await shop.catalog.node.list()).length, hosts.length);
    assert.deepEqual(await shop.catalog.service.list(), {});
  }
  for (const stranger of strangers) assert(await refused(stranger.kv.get("shop/a")));

  // Fired at one node, seen at all, by a watch, too.
  const seen = [];
  const watch = shops[2].watch({ method: shops[2].event.list, options: { name: "sale", wait: "20s" } });
  watch.on("change", (events) => seen.push(events.map((event) => event.ID).join()));
  watch.on("error", (error) => { throw error; });
  await until("the first answer of the watch", () => seen.length > 0);
  const fired = await shops[0].event.fire({ name: "sale", payload: "now" });
  assert(await refused(shops[0].event.fire("other")));
  for (const shop of shops) {
    const [event] = await until("the event everywhere", async () => { const list = await shop.event.list("sale"); return list.length > 0 && list; });
    assert.deepEqual([event.ID, event.Name, event.Payload], [fired.ID, "sale", "now"]);
  }
  await until("the watch to see the event", () => seen.at(-1) === fired.ID);
  watch.end();
  assert.deepEqual(await strangers[1].event.list(), []);

  // Taken away, everywhere.
  await fetch(`http://${hosts[1]}:8500/v1/acl/token/${made.AccessorID}`, { method: "DELETE", headers: { "X-Consul-Token": first.SecretID } });
  for (const shop of shops) await until("the token to be unknown everywhere", () => refused(shop.kv.get("shop/a")));
  console.log("all well");
  process.exit(0);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
