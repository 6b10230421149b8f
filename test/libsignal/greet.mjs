// A first message over a home server on this machine, between two clients of the official package:
//
//   fluister-server invite create --uses 2 | node greet.mjs
//
// Reads an invite's link on standard input, takes the server's word for itself (its descriptor) only if the key in the link has signed it,
// registers two accounts, lets one write to the other and the other answer. The clients are net.mjs; docs/OPERATING.md leads here.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:https';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { PublicKey } from '@signalapp/libsignal-client';

const longestDescriptor = 1 << 20;
const began = Date.now();
const tell = said => console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s  ${said}`);
const fail = said => {
  console.error(`greet: ${said}`);
  process.exit(1);
};

const readLink = input => {
  const found = /fluister:\/\/([\w.-]+):(\d+)\/\?key=([\w-]+)#([\w-]+)\.(\d+)/.exec(input);
  if (!found) fail('no link of an invite came on standard input. `fluister-server invite create --uses 2` prints one.');
  const [, host, port, key, token, code] = found;
  if (host !== 'localhost') fail(`the official package connects to localhost only, and the server is ${host}.`);
  return { host, port: Number(port), key: PublicKey.deserialize(Buffer.from(key, 'base64url')), token, code };
};

// Any certificate will do here: the signature says whose the descriptor is, and the descriptor which authority to trust from then on.
const fetchDescriptor = async link => {
  const url = `https://${link.host}:${link.port}/.well-known/fluister`;
  const asked = new Promise((resolve, reject) => get(url, { rejectUnauthorized: false }, resolve).on('error', reject));
  const response = await asked.catch(error =>
    fail(`nothing answers at ${url} (${error.code}). Does \`fluister-server serve\` run?`),
  );
  let length = 0;
  response.on('data', chunk => (length += chunk.length) > longestDescriptor && response.destroy());
  const signed = JSON.parse(await text(response));
  const descriptor = Buffer.from(signed.descriptor, 'base64');
  const purpose = Buffer.from('Fluister descriptor 1\0');
  if (!link.key.verify(Buffer.concat([purpose, descriptor]), Buffer.from(signed.signature, 'base64'))) {
    fail('the server that answers is not the one that made the invite.');
  }
  return JSON.parse(descriptor);
};

// The official client, asked by lines of JSON.
const startClient = () => {
  const child = spawn(process.execPath, [fileURLToPath(new URL('net.mjs', import.meta.url))], { stdio: ['pipe', 'pipe', 'ignore'] });
  const waiting = new Map();
  createInterface({ input: child.stdout }).on('line', line => {
    const { id, ok, error } = JSON.parse(line);
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error) reject(new Error(error.message));
    else resolve(ok);
  });
  let last = 0;
  return {
    call: (op, fields = {}) =>
      new Promise((resolve, reject) => {
        waiting.set(++last, { resolve, reject });
        child.stdin.write(`${JSON.stringify({ id: last, op, ...fields })}\n`);
      }),
    end: async () => {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
};

// The bytes of field 8 of an envelope, its content (Protocol Buffers' wire format: all numbers before it are varints or fixed).
const contentOf = envelope => {
  const bytes = Buffer.from(envelope.$, 'base64');
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(value);
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const kind = tag & 7;
    const length = kind === 2 ? varint() : kind === 1 ? 8 : kind === 5 ? 4 : (varint(), 0);
    if (tag >> 3 === 8) return { $: bytes.subarray(at, at + length).toString('base64') };
    at += length;
  }
  return null;
};

const input = await text(process.stdin);
const link = readLink(input);
const descriptor = await fetchDescriptor(link);
tell(`Server ${descriptor.tag} has signed its descriptor with the key in the invite.`);
const { call, end } = startClient();
try {
  await call('net.open', { net: 'net', port: link.port, authority: { $: descriptor.tls.authority }, http: 2 });
  const people = {};
  for (const name of ['Ada', 'Ben']) {
    const number = await call('net.number');
    const registered = await call('net.register', { net: 'net', party: name, number, token: link.token, code: link.code });
    people[name] = registered;
    await call('chat.connect', { net: 'net', chat: name, username: `${registered.aci}.1`, password: registered.password });
    tell(`${name} has registered and is connected.`);
  }

  await call('chat.connect', { net: 'net', chat: 'anonymous' });
  const keys = await call('chat.call', {
    chat: 'anonymous',
    method: 'getPreKeys',
    arguments: [{ target: { serviceId: people.Ben.aci }, auth: { accessKey: people.Ben.accessKey }, device: { deviceId: 1 } }],
  });
  await call('bundle.process', { party: 'Ada', address: people.Ben.aci, device: 1, bundle: keys.bundles[0] });

  const write = async (from, to, said) => {
    const body = { $: Buffer.from(said).toString('base64') };
    await call('session.encrypt', { party: from, address: people[to].aci, device: 1, text: body, keep: said });
    const contents = [{ deviceId: 1, registrationId: people[to].registrationId, contents: { ciphertext: said } }];
    const message = { destination: { serviceId: people[to].aci }, timestamp: Date.now(), contents, onlineOnly: false, urgent: true };
    await call('chat.call', { chat: from, method: 'sendMessage', arguments: [message] });
    let event;
    let content = null;
    do {
      event = await call('chat.next', { chat: to });
      content = event.event === 'message' ? contentOf(event.envelope) : null;
      if (event.event === 'message') await call('chat.answer', { chat: to, message: event.message, status: 200 });
    } while (content === null);
    const read = await call('session.decrypt', { party: to, address: people[from].aci, device: 1, bytes: content });
    tell(`${from} to ${to}: “${Buffer.from(read.$, 'base64')}”`);
  };
  await write('Ada', 'Ben', 'Are you there?');
  await write('Ben', 'Ada', 'Here I am.');
} catch (error) {
  fail(`it went wrong: ${error.message}`);
}
await end();
process.exit(0);
