// A js-libp2p node driven by lines of JSON: each line in is a command with an id, each line out its answer.
//   node peer.mjs '{"security": "noise" or "tls", "network": "the text of a swarm.key", "listen": ["..."], "announce": ["..."], "relay": true, "dcutr": "plain" or "punch",
//     "dht": "its protocol id", "mdns": {"serviceTag": "...", "port": 5353}, "autonat": true}'
import './older-node.mjs';
import { answerLines } from './command-lines.mjs';
import { createHash } from 'node:crypto';
import { noise } from '@chainsafe/libp2p-noise';
import { yamux } from '@chainsafe/libp2p-yamux';
import { autoNAT } from '@libp2p/autonat';
import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2';
import { dcutr } from '@libp2p/dcutr';
import { identify, identifyPush } from '@libp2p/identify';
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht';
import { mdns } from '@libp2p/mdns';
import { peerIdFromString } from '@libp2p/peer-id';
import { ping } from '@libp2p/ping';
import { preSharedKey } from '@libp2p/pnet';
import { tcp } from '@libp2p/tcp';
import { tls } from '@libp2p/tls';
import { webSockets } from '@libp2p/websockets';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import { CID } from 'multiformats/cid';
import * as raw from 'multiformats/codecs/raw';
import * as digests from 'multiformats/hashes/digest';

const SINK = '/skerry/test/sink/1.0.0'; // reads to the end, answers with the SHA-256 of what came
const SOURCE = '/skerry/test/source/1.0.0'; // reads a count of bytes as text to the end, answers with as many

const options = JSON.parse(process.argv[2]);
const node = await createLibp2p({
  addresses: { listen: options.listen ?? ['/ip4/127.0.0.1/tcp/0'], appendAnnounce: options.announce ?? [] },
  transports: [tcp(), circuitRelayTransport(), webSockets({ websocket: { rejectUnauthorized: false } })],
  connectionEncrypters: [options.security === 'tls' ? tls() : noise()],
  ...(options.network && { connectionProtector: preSharedKey({ psk: Buffer.from(options.network) }) }),
  streamMuxers: [yamux()],
  ...(options.mdns && { peerDiscovery: [mdns({ interval: 1000, ...options.mdns })] }),
  services: {
    identify: identify(),
    identifyPush: identifyPush(),
    ping: ping(),
    ...(options.relay && { relay: circuitRelayServer() }),
    ...(options.dcutr && { dcutr: dcutr() }),
    ...(options.autonat && { autonat: autoNAT() }),
    // Loopback addresses are its only ones here, so all are passed on.
    ...(options.dht && { dht: kadDHT({ protocol: options.dht, clientMode: false, peerInfoMapper: passthroughMapper, initialQuerySelfInterval: 100 }) }),
  },
});
// It calls a peer plainly before it punches: on loopback, where every call comes through, it never would.
if (options.dcutr === 'punch') node.services.dcutr.attemptUnilateralConnectionUpgrade = async () => false;

const discovered = new Map();
node.addEventListener('peer:discovery', ({ detail }) => discovered.set(detail.id.toString(), detail.multiaddrs.map(String)));

async function * bytes (count) {
  const chunk = new Uint8Array(65536).map((_, i) => i * 31);
  for (let left = count; left > 0; left -= chunk.length) yield left < chunk.length ? chunk.subarray(0, left) : chunk;
}

async function digest (source) {
  const hash = createHash('sha256');
  for await (const chunk of source) hash.update(chunk.subarray());
  return hash.digest('hex');
}

async function text (source) {
  let all = '';
  for await (const chunk of source) all += Buffer.from(chunk.subarray()).toString();
  return all;
}

await node.handle(SINK, async ({ stream }) => {
  const answer = await digest(stream.source);
  await stream.sink([Buffer.from(answer)]);
});

await node.handle(SOURCE, async ({ stream }) => {
  const count = Number(await text(stream.source));
  await stream.sink(bytes(count));
});

const keyOf = multihash => CID.createV1(raw.code, digests.decode(Buffer.from(multihash, 'hex')));
const peerOf = ({ id, multiaddrs }) => ({ id: id.toString(), addresses: multiaddrs.map(String) });

async function found (events, name) {
  const peers = [];
  for await (const event of events) if (event.name === name) peers.push(...(event.providers ?? [event.peer]).map(peerOf));
  return peers;
}

const commands = {
  discovered: async () => [...discovered].map(([id, addresses]) => ({ id, addresses })),
  nodes: async () => node.services.dht.routingTable.size,
  provide: async ({ key }) => (await Array.fromAsync(node.services.dht.provide(keyOf(key)))).filter(event => event.name === 'PEER_RESPONSE').length,
  findProviders: async ({ key }) => found(node.services.dht.findProviders(keyOf(key)), 'PROVIDER'),
  findPeer: async ({ peer }) => found(node.services.dht.findPeer(peerIdFromString(peer), { useCache: false }), 'FINAL_PEER'),
  connections: async ({ peer }) => node.getConnections().filter(one => one.remotePeer.toString() === peer).map(one => one.remoteAddr.toString()),
  addresses: async () => node.getMultiaddrs().map(String),
  dial: async ({ address }) => (await node.dial(multiaddr(address))).remotePeer.toString(),
  ping: async ({ address }) => node.services.ping.ping(multiaddr(address)),
  info: async ({ peer }) => {
    const connection = node.getConnections().find(one => one.remotePeer.toString() === peer);
    const known = await node.services.identify.identify(connection);
    return { agent: known.agentVersion, protocols: known.protocols, addresses: known.listenAddrs.map(String), observed: known.observedAddr?.toString() };
  },
  // It asks by itself only about public addresses, which a test on loopback has none of.
  probe: async ({ peer, address }) => {
    const results = { multiaddr: multiaddr(address), success: 0, failure: 0, networkSegments: [], verifyingPeers: { has: () => false, add: () => {} }, type: 'observed' };
    node.services.autonat.dialResults.set(results.multiaddr.toString(), results);
    await node.services.autonat.askPeerToVerify(node.getConnections().find(one => one.remotePeer.toString() === peer), 'here', { multiaddr: results.multiaddr });
    return { success: results.success, failure: results.failure };
  },
  upload: async ({ address, count }) => {
    const stream = await node.dialProtocol(multiaddr(address), SINK);
    const sent = createHash('sha256');
    const counted = async function * () { for await (const chunk of bytes(count)) { sent.update(chunk); yield chunk; } };
    await stream.sink(counted());
    return { sent: sent.digest('hex'), received: await text(stream.source) };
  },
  download: async ({ address, count }) => {
    const stream = await node.dialProtocol(multiaddr(address), SOURCE);
    await stream.sink([Buffer.from(String(count))]);
    return digest(stream.source);
  },
};

await answerLines(commands);
await node.stop();
