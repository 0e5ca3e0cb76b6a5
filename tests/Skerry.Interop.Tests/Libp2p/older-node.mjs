// What js-libp2p takes for granted and older versions of Node do not have. Import it first.
Promise.withResolvers ??= function () {
  let resolve, reject;
  const promise = new Promise((fulfil, refuse) => { resolve = fulfil; reject = refuse; });
  return { promise, resolve, reject };
};
