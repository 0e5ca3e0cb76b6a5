// Drives an agent with Consul's client for Node, unchanged. Usage: node client.js HOST PORT URL_OF_A_SERVICE
const assert = require("node:assert");
const http = require("node:http");
const Consul = require("consul");

const [host, port, target] = process.argv.slice(2);
const consul = new Consul({ host, port: Number(port) });

async function until(what, condition) {
  const deadline = Date.now() + 20000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    assert(Date.now() < deadline, `waited 20 s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const passing = async (name) => (await consul.health.service({ service: name, passing: true })).map((entry) => entry.Service.ID);

async function main() {
  const self = await consul.agent.self();
  assert.equal(typeof self.Config.NodeName, "string");
  const members = await consul.agent.members();
  assert(members.some((member) => member.Name === self.Config.NodeName && member.Status === 1));

  // A watcher sees a registration, a report and an end, each once it happens.
  const seen = [];
  const watch = consul.watch({ method: consul.health.service, options: { service: "ttl-service", wait: "20s" } });
  watch.on("change", (entries) => seen.push(entries.map((entry) => entry.Checks.find((check) => check.ServiceID === "ttl-1")?.Status ?? "none").join()));
  watch.on("error", (error) => { throw error; });
  await until("the first answer of the watch", () => seen.length > 0);
  assert.deepEqual(seen, [""]);

  await consul.agent.service.register({ name: "ttl-service", id: "ttl-1", tags: ["a", "b"], port: 1234, meta: { version: "1" }, check: { ttl: "20s" } });
  await until("the watch to see the registration", () => seen.includes("critical"));
  await consul.agent.check.pass({ id: "service:ttl-1", note: "well" });
  await until("the watch to see the report", () => seen.includes("passing"));
  assert.deepEqual(await passing("ttl-service"), ["ttl-1"]);
  const checks = await consul.health.checks("ttl-service");
  assert.equal(checks[0].Output, "well");

  await consul.agent.check.warn("service:ttl-1");
  assert.deepEqual(await passing("ttl-service"), []);
  await consul.agent.check.fail("service:ttl-1");
  assert.equal((await consul.health.state("critical")).filter((check) => check.ServiceID === "ttl-1").length, 1);
  await consul.agent.check.pass("service:ttl-1");

  // Filters and tags.
  assert.equal((await consul.catalog.service.nodes({ service: "ttl-service", tag: "a" })).length, 1);
  assert.equal((await consul.catalog.service.nodes({ service: "ttl-service", tag: "z" })).length, 0);
  assert.equal((await consul.health.service({ service: "ttl-service", filter: 'Service.Meta.version == "1"' })).length, 1);
  await assert.rejects(consul.health.service({ service: "ttl-service", filter: "Service.Meta.version ===" }), /400|filter/i);

  // An HTTP check against something real, and its end.
  await consul.agent.service.register({ name: "web", id: "web-1", address: "127.0.0.1", port: 80, check: { http: target, interval: "1s", timeout: "1s" } });
  await until("the HTTP check to pass", async () => (await passing("web")).includes("web-1"));
  await new Promise((resolve) => http.get(`${target}/stop`, (answer) => answer.resume().on("end", resolve)));
  await until("the HTTP check to fail", async () => !(await passing("web")).includes("web-1"));

  // Maintenance.
  await consul.agent.service.maintenance({ id: "ttl-1", enable: true, reason: "new disk" });
  await until("maintenance to take the service out", async () => (await passing("ttl-service")).length === 0);
  await consul.agent.service.maintenance({ id: "ttl-1", enable: false });
  await until("its end to bring it back", async () => (await passing("ttl-service")).length === 1);

  assert.deepEqual(Object.keys(await consul.agent.service.list()).sort(), ["ttl-1", "web-1"]);
  assert.deepEqual((await consul.catalog.service.list())["ttl-service"], ["a", "b"]);
  assert((await consul.catalog.node.list()).length >= 1);
  assert.deepEqual(await consul.catalog.datacenters(), [self.Config.Datacenter]);

  await consul.agent.service.deregister("ttl-1");
  await until("the watch to see the end", () => seen.at(-1) === "");
  await consul.agent.service.deregister("web-1");
  await assert.rejects(consul.agent.service.deregister("web-1"), /Unknown service ID|404|not found/i);
  watch.end();
  console.log("all well");
  process.exit(0);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
