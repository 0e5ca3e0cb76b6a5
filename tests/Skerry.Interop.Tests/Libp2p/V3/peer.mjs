// A node of js-libp2p 3, driven as ../peer.mjs is. In no private network: two of version 3 break off there as well when they send each other much.
//   node peer.mjs '{"security": "noise" or "tls", "listen": ["..."], "relay": true, "autonat": true}'
import '../older-node.mjs';
import { answerLines } from '../command-lines.mjs';
import { createHash } from 'node:crypto';
import { noise } from '@chainsafe/libp2p-noise';
import { yamux } from '@chainsafe/libp2p-yamux';
import { autoNATv2 } from '@libp2p/autonat-v2';
import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2';
import { identify } from '@libp2p/identify';
import { ping } from '@libp2p/ping';
import { tcp } from '@libp2p/tcp';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';

const SINK = '/skerry/test/sink/1.0.0'; // reads to the end, answers with the SHA-256 of what came
const SOURCE = '/skerry/test/source/1.0.0'; // reads a count of bytes as text to the end, answers with as many

const options = JSON.parse(process.argv[2]);
// Older versions of Node cannot load TLS's package.
const security = options.security === 'tls' ? (await import('@libp2p/tls')).tls : noise;
const node = await createLibp2p({
  addresses: { listen: options.listen ?? ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp(), circuitRelayTransport()],
  connectionEncrypters: [security()],
  streamMuxers: [yamux()],
  services: {
    identify: identify(),
    ping: ping(),
    ...(options.relay && { relay: circuitRelayServer() }),
    ...(options.autonat && { autonat: autoNATv2() }),
  },
});

function * bytes (count) {
  const chunk = new Uint8Array(65536).map((_, i) => i * 31);
  for (let left = count; left > 0; left -= chunk.length) yield left < chunk.length ? chunk.subarray(0, left) : chunk;
}

async function send (stream, chunks) {
  for (const chunk of chunks) if (!stream.send(chunk)) await stream.onDrain();
  await stream.close(); // for writing
}

// Not by iterating: that never ends where the other side had ended its writing before it began.
function read (stream, take) {
  return new Promise((resolve, reject) => {
    stream.addEventListener('message', ({ data }) => take(data.subarray()));
    stream.addEventListener('end', resolve);
    stream.addEventListener('close', ({ error }) => error ? reject(error) : resolve());
    if (stream.readableEnded) resolve();
  });
}

async function digest (stream) {
  const hash = createHash('sha256');
  await read(stream, bytes => hash.update(bytes));
  return hash.digest('hex');
}

async function text (stream) {
  let all = '';
  await read(stream, bytes => { all += Buffer.from(bytes).toString(); });
  return all;
}

await node.handle(SINK, async stream => send(stream, [Buffer.from(await digest(stream))]));
await node.handle(SOURCE, async stream => send(stream, bytes(Number(await text(stream)))));

const connectionTo = peer => node.getConnections().find(one => one.remotePeer.toString() === peer);

const commands = {
  addresses: async () => node.getMultiaddrs().map(String),
  dial: async ({ address }) => (await node.dial(multiaddr(address))).remotePeer.toString(),
  ping: async ({ address }) => node.services.ping.ping(multiaddr(address)),
  info: async ({ peer }) => {
    const known = await node.services.identify.identify(connectionTo(peer));
    return { agent: known.agentVersion, protocols: known.protocols, addresses: known.listenAddrs.map(String), observed: known.observedAddr?.toString() };
  },
  // It asks by itself only about public addresses, which a test on loopback has none of.
  probe: async ({ peer, address }) => {
    const client = node.services.autonat.client;
    const results = { multiaddr: multiaddr(address), success: 0, failure: 0, networkSegments: [], verifyingPeers: { has: () => false, add: () => {} }, type: 'observed' };
    const nonce = BigInt(Math.floor(Math.random() * Number.MAX_SAFE_INTEGER));
    client.dialResults.clear();
    client.dialResults.set(results.multiaddr.toString(), results);
    client.nonces.add(nonce);
    await client.askPeerToVerify(connectionTo(peer), 'here', nonce, { signal: AbortSignal.timeout(30000) });
    return { success: results.success, failure: results.failure, brought: !client.nonces.delete(nonce) };
  },
  upload: async ({ address, count }) => {
    const stream = await node.dialProtocol(multiaddr(address), SINK);
    const sent = createHash('sha256');
    const counted = function * () { for (const chunk of bytes(count)) { sent.update(chunk); yield chunk; } };
    await send(stream, counted());
    return { sent: sent.digest('hex'), received: await text(stream) };
  },
  download: async ({ address, count }) => {
    const stream = await node.dialProtocol(multiaddr(address), SOURCE);
    await send(stream, [Buffer.from(String(count))]);
    return digest(stream);
  },
};

await answerLines(commands);
await node.stop();
