// A js-libp2p peer of the benchmark: node peer.mjs noise|tls|relay [ADDRESS | --through RELAY]. Without an address it listens and says where, behind a relay if told so, or is
// one; with an address it does what lines tell it.
import { createInterface } from 'node:readline';

// What js-libp2p takes for granted and older versions of Node do not have.
Promise.withResolvers ??= function () {
  let resolve, reject;
  const promise = new Promise((fulfil, refuse) => { resolve = fulfil; reject = refuse; });
  return { promise, resolve, reject };
};

const load = name => import(name);
const [{ noise }, { tls }, { yamux }, { identify }, { tcp }, { multiaddr }, { createLibp2p }, { circuitRelayServer, circuitRelayTransport }] = await Promise.all(
  ['@chainsafe/libp2p-noise', '@libp2p/tls', '@chainsafe/libp2p-yamux', '@libp2p/identify', '@libp2p/tcp', '@multiformats/multiaddr', 'libp2p', '@libp2p/circuit-relay-v2'].map(load));

const [security, first, relay] = process.argv.slice(2);
const address = first === '--through' ? undefined : first;
const isRelayed = relay !== undefined || address?.includes('/p2p-circuit');
const node = await createLibp2p({
  addresses: { listen: address ? [] : relay ? [`${relay}/p2p-circuit`] : ['/ip4/127.0.0.1/tcp/0'] },
  transports: isRelayed ? [tcp(), circuitRelayTransport()] : [tcp()],
  connectionEncrypters: [security === 'tls' ? tls() : noise()],
  streamMuxers: [yamux()],
  // A circuit with a limit would carry 128 KiB.
  services: { identify: identify(), ...(security === 'relay' ? { relay: circuitRelayServer({ reservations: { applyDefaultLimit: false } }) } : {}) },
  connectionManager: { maxConnections: 4096, inboundConnectionThreshold: 4096, maxIncomingPendingConnections: 64 },
});

// Takes what comes until the other side has ended its writing.
function read (stream, take) {
  return new Promise((resolve, reject) => {
    stream.addEventListener('message', ({ data }) => take(data));
    stream.addEventListener('end', resolve);
    stream.addEventListener('close', ({ error }) => error ? reject(error) : resolve());
    if (stream.readableEnded) resolve();
  });
}

await node.handle('/bench/sink/1.0.0', async stream => {
  let total = 0;
  await read(stream, data => { total += data.byteLength; });
  const answer = Buffer.alloc(8);
  answer.writeBigInt64BE(BigInt(total));
  stream.send(answer);
  await stream.close();
});
await node.handle('/bench/echo/1.0.0', async stream => {
  await read(stream, data => stream.send(data));
  await stream.close();
}, { maxInboundStreams: 1024 });

let connection;
const work = {
  async bulk (count) {
    const stream = await connection.newStream('/bench/sink/1.0.0');
    const chunk = new Uint8Array(65536);
    for (let left = count; left > 0; left -= chunk.length)
      if (!stream.send(left < chunk.length ? chunk.subarray(0, left) : chunk)) await stream.onDrain();
    await stream.close(); // for writing
    const answers = [];
    await read(stream, data => answers.push(data.subarray()));
    if (Number(Buffer.concat(answers).readBigInt64BE()) !== count) throw new Error('Bytes were lost.');
  },
  async echo (count) {
    const stream = await connection.newStream('/bench/echo/1.0.0');
    const message = new Uint8Array(64);
    const took = [];
    let received = 0;
    let began = performance.now();
    const ended = read(stream, data => {
      received += data.byteLength;
      if (received % message.length !== 0) return;
      const now = performance.now();
      took.push((now - began) / 1000);
      began = now;
      if (took.length < count) stream.send(message);
      else stream.close();
    });
    stream.send(message);
    await ended;
    return took.sort((a, b) => a - b);
  },
  async idle (count) {
    for (let i = 0; i < count; i++) await node.dial(multiaddr(address), { force: true });
  },
  async settle () {
    await new Promise(resolve => setTimeout(resolve, 2000));
    for (let i = 0; i < 3; i++) global.gc();
  },
  async open (count) {
    for (let i = 0; i < count; i++) {
      const stream = await connection.newStream('/bench/echo/1.0.0');
      const answered = new Promise(resolve => stream.addEventListener('message', resolve, { once: true }));
      stream.send(new Uint8Array(1));
      await answered;
      await stream.close();
    }
  },
};

// Behind a relay there is no address before the relay has answered.
while (!address && node.getMultiaddrs().length === 0) await new Promise(resolve => setTimeout(resolve, 50));
if (!address) console.log(node.getMultiaddrs()[0].toString());
else connection = await node.dial(multiaddr(address));
for await (const line of createInterface({ input: process.stdin })) {
  const [what, count] = line.split(' ');
  const began = performance.now();
  const each = await work[what](Number(count)) ?? [];
  console.log([(performance.now() - began) / 1000, ...each].join(' '));
}
