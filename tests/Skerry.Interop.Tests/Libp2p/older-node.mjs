// What js-libp2p takes for granted and older versions of Node do not have. Import it first.
Array.fromAsync ??= async source => {
  const all = [];
  for await (const one of source) all.push(one);
  return all;
};

Promise.withResolvers ??= function () {
  let resolve, reject;
  const promise = new Promise((fulfil, refuse) => { resolve = fulfil; reject = refuse; });
  return { promise, resolve, reject };
};

globalThis.CustomEvent ??= class extends Event {
  constructor (type, options) {
    super(type, options);
    this.detail = options?.detail ?? null;
  }
};
