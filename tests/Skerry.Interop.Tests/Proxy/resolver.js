// Node's resolver (c-ares) asks an agent for names. Arguments: ADDRESS:PORT of the server, the instances' addresses joined by commas.
'use strict';
const assert = require('node:assert');
const { Resolver } = require('node:dns').promises;

async function main() {
  const [server, addresses] = process.argv.slice(2);
  const expected = addresses.split(',').sort();
  const resolver = new Resolver({ timeout: 5000, tries: 5 });
  resolver.setServers([server]);

  // More than fits into a datagram: c-ares comes back over TCP.
  assert.deepStrictEqual((await resolver.resolve4('many.service.skerry')).sort(), expected);
  const services = await resolver.resolveSrv('_few._tcp.service.skerry');
  assert.strictEqual(services.length, 1);
  assert.strictEqual(services[0].port, 8081);
  assert.deepStrictEqual(await resolver.resolve4(services[0].name), ['10.9.0.1']);
  assert.deepStrictEqual(await resolver.resolve6('few6.service.dc1.skerry'), ['2001:db8::1']);
  assert.strictEqual((await resolver.resolveSoa('skerry')).nsname, 'skerry');
  assert.strictEqual((await resolver.resolve4('island.node.skerry')).length, 1);
  await assert.rejects(resolver.resolve4('absent.service.skerry'), { code: 'ENOTFOUND' });
  await assert.rejects(resolver.resolve4('few6.service.skerry'), { code: 'ENODATA' });
  await assert.rejects(resolver.resolve4('example.org'), { code: 'EREFUSED' });
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
