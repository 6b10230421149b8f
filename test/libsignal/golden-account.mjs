// Makes the golden files of all that lies outside sessions:
//
//   node golden-account.mjs [account | receipts | application] ...
//
// Protocol/golden/account.json: what the official package says (fingerprints, usernames, account keys, PINs, incremental MACs,
// sealing to a key). Protocol/golden/receipts.json: what it says of a server's zero-knowledge params, of its notary and of
// receipts. Protocol/golden/application.json: what application.mjs says, the second implementation of the ciphers
// that live in Signal's applications. Inputs are fixed, so that only links, sealing and stored PIN hashes differ from run to
// run. Bytes are base64.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { operations } from './operations.mjs';
import { Aci, PrivateKey } from '@signalapp/libsignal-client';
import { ProfileKey } from '@signalapp/libsignal-client/zkgroup.js';

const folder = new URL('../Fluister.Tests/Protocol/golden/', import.meta.url);
const fixed = (label, length = 32) => {
  const parts = [];
  for (let i = 0; i * 32 < length; i++) parts.push(createHash('sha256').update(`${label} ${i}`).digest());
  return new Uint8Array(Buffer.concat(parts).subarray(0, length));
};
const plain = value => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
};
const refusal = action => {
  try {
    action();
    return null;
  } catch (error) {
    return error.name;
  }
};
const publicOf = key => PrivateKey.deserialize(key).getPublicKey().serialize();
const aci = '9d0652a3-dcc3-4d11-975f-74d61598733f';

const account = async () => {
  const identities = [0, 1, 2].map(i => publicOf(fixed(`identity ${i}`)));
  const fingerprints = [[0, 1], [1, 0], [0, 2], [2, 2]].map(([ours, theirs]) => {
    const input = {
      localId: fixed(`id ${ours}`, 16),
      localKey: identities[ours],
      remoteId: fixed(`id ${theirs}`, 17),
      remoteKey: identities[theirs],
    };
    return { ...input, ...operations['fingerprint.make'](input) };
  });

  const random = fixed('username proof');
  const names = [
    'He110.01', 'usr.999999999', '_identifier.42', 'LOUD.700', `${'a'.repeat(48)}.999999999`, 'big.18446744073709551615', 'z.10',
  ];
  const usernames = names.map(username => {
    const link = operations['username.makeLink']({ username, entropy: fixed(`link ${username}`) });
    return {
      username,
      hash: operations['username.hash']({ username }),
      proof: operations['username.prove']({ username, random }),
      entropy: link.entropy,
      link: link.encryptedUsername,
    };
  });
  const refusedUsernames = [
    'no_discriminator', '.42', 'ab🦀d.42', 'a b.42', '0abc.42', 'é.42', `${'a'.repeat(49)}.42`, 'ehren.', 'ehren.0', 'ehren.00',
    'ehren.001',
    'ehren.0123', 'ehren.1', 'ehren.+1', 'ehren.-01', 'ehren.+123', 'ehren.123456789012345678901234567890', 'ehren.a1', 'ehren.1a',
    'ehren.99999999999999999999999a', 'ehren.18446744073709551616', 'ehren.42.', '.', '', 'e.e.42',
  ].map(username => ({ username, error: refusal(() => operations['username.hash']({ username })) }));
  const refusedParts = [['ab', '42'], ['abc', '42'], ['a'.repeat(33), '42'], ['a'.repeat(32), '42']].map(([nickname, discriminator]) => ({
    nickname,
    discriminator,
    error: refusal(() => operations['username.fromParts']({ nickname, discriminator })),
  }));

  const pools = [
    'dtjs858asj6tv0jzsqrsmj0ubp335pisj98e9ssnss8myoc08drhtcktyawvx45l',
    'm'.repeat(64),
    '0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqr',
  ];
  const entropies = pools.map(entropy => {
    const svrKey = operations['entropy.svrKey']({ entropy });
    const backupKey = operations['entropy.backupKey']({ entropy });
    const mediaId = fixed(entropy, 15);
    return {
      entropy,
      svrKey,
      backupKey,
      account: aci,
      mediaName: 'a file.jpg',
      mediaIdIn: mediaId,
      svr: operations['svr.keys']({ svrKey }),
      backup: operations['backup.keys']({ backupKey, account: aci, mediaName: 'a file.jpg', mediaId }),
    };
  });

  const pins = ['password', '1234'].map(pin => ({ pin, stored: operations['pin.localHash']({ pin: Buffer.from(pin) }) }));

  const profileKeys = [0, 1, 2].map(i => {
    const bytes = fixed(`profile key ${i}`);
    const key = new ProfileKey(bytes);
    const version = key.getProfileKeyVersion(Aci.parseFromServiceIdString(aci)).toString();
    return { profileKey: bytes, account: aci, accessKey: key.deriveAccessKey(), version };
  });

  const data = fixed('incremental', 1000);
  const macKey = fixed('incremental key');
  const macs = [1000, 999, 500, 333, 32, 1001].map(chunkSize => ({
    chunkSize,
    macs: operations['mac.make']({ key: macKey, chunkSize, message: data }),
  }));
  const sizes = [0, 1, 10 << 20, 16777215, 16777216, 16777217, 20 << 20, 100 << 20, 536870911, 536870912, 1 << 30];
  const chunkSizes = sizes.map(size => [size, operations['mac.chunkSize']({ size })]);

  const receiver = fixed('receiver');
  const sealing = ['', 'a sealed text'].map(text => {
    const associatedData = Buffer.from([1, 0, 0, 1, 2]);
    const input = { publicKey: publicOf(receiver), message: Buffer.from(text), info: 'deviceCreatedAt', associatedData };
    return { ...input, privateKey: receiver, sealed: operations['key.seal'](input) };
  });

  const people = { fingerprints, random, usernames, refusedUsernames, refusedParts };
  return { ...people, entropies, pins, profileKeys, data, macKey, macs, chunkSizes, sealing };
};

const application = async () => {
  const say = (operation, input) => ({ ...input, output: operations[operation](input) });
  const identity = fixed('device identity');
  const shown = fixed('shown');
  const storageKey = fixed('storage');
  return {
    padding: [0, 1, 77, 78, 79, 157, 158, 159, 1000].map(length => say('padding.pad', { content: fixed(`content ${length}`, length) })),
    profile: [
      { kind: 'name', text: 'Alice' },
      { kind: 'name', text: 'Alice\0Jones' },
      { kind: 'name', text: '' },
      { kind: 'name', text: 'ÄÖÜ'.repeat(20) },
      { kind: 'about', text: 'A line about me' },
      { kind: 'about', text: 'x'.repeat(129) },
      { kind: 'about', text: 'x'.repeat(300) },
      { kind: 'emoji', text: '🦀' },
      { plaintext: fixed('avatar', 777) },
      { plaintext: Uint8Array.of(1) },
    ].map((part, i) => say('profile.encrypt', { ...part, key: fixed('profile'), nonce: fixed(`profile nonce ${i}`, 12) })),
    devices: ['', 'v1.19.0 on Windows 10', 'Ünser Gerät 🖥', 'y'.repeat(100)].map((name, i) =>
      say('device.encryptName', { name, identity, identityKey: publicOf(identity), ephemeral: fixed(`device ephemeral ${i}`) })),
    provisioning: [0, 1, 15, 16, 500].map((length, i) =>
      say('provisioning.encrypt', {
        shownPrivate: shown,
        shown: publicOf(shown),
        ephemeral: fixed(`ephemeral ${i}`),
        nonce: fixed(`provisioning nonce ${i}`, 16),
        message: fixed(`message ${i}`, length),
      })),
    attachments: [0, 1, 540, 541, 542, 5000, 70000].map((length, i) => {
      const input = { key: fixed(`attachment key ${i}`, 64), nonce: fixed(`attachment nonce ${i}`, 16), chunkSize: 65536 };
      const { bytes, ...seal } = operations['attachment.encrypt']({ ...input, plaintext: fixed(`attachment ${i}`, length) });
      return { label: `attachment ${i}`, length, ...input, ...seal, encryptedLength: bytes.length };
    }),
    // The last size of each bucket and the first of the next, as far as attachments go.
    buckets: Array.from({ length: 400 }, (_, i) => Math.floor(541 * 1.0537 ** i))
      .filter(size => size < 2 ** 40)
      .flatMap(size => [size, operations['attachment.bucket']({ size }) + 1])
      .map(size => [size, operations['attachment.bucket']({ size })]),
    storage: [0, 1, 2].map(i =>
      say('storage.encryptItem', {
        storageKey,
        recordKey: i === 0 ? null : fixed(`record key ${i}`),
        itemId: fixed(`item ${i}`, 16),
        nonce: fixed(`storage nonce ${i}`, 12),
        record: fixed(`record ${i}`, 1 + 100 * i),
      })),
    manifests: [0, 1, 4294967296].map(version =>
      say('storage.encryptManifest', { storageKey, version, nonce: fixed(`manifest nonce ${version}`, 12), record: Uint8Array.of(8, 1) })),
  };
};

// Two servers, and receipts from the first serial to the last, with times and levels at their ends.
const receipts = async () => {
  const servers = [0, 1].map(i => {
    const random = fixed(`server ${i}`);
    const params = operations['zk.params']({ random });
    const messages = [0, 1, 1000].map(length => {
      const signed = { message: fixed(`notary ${length}`, length), random: fixed(`notary random ${length}`) };
      return { ...signed, signature: operations['zk.sign']({ ...params, ...signed }) };
    });
    return { random, ...params, messages };
  });
  const flow = (server, i, serial, expiration, level) => {
    const random = { request: fixed(`request ${i}`), issue: fixed(`issue ${i}`), present: fixed(`present ${i}`) };
    const asked = operations['receipt.request']({ ...server, random: random.request, serial });
    const response = operations['receipt.issue']({ ...server, random: random.issue, request: asked.request, expiration, level });
    const { credential } = operations['receipt.receive']({ ...server, context: asked.context, response });
    const presentation = operations['receipt.present']({ ...server, random: random.present, credential });
    operations['receipt.verify']({ ...server, presentation });
    return { random, serial, expiration, level, ...asked, response, credential, presentation };
  };
  const day = 86400;
  return {
    servers,
    receipts: [
      flow(servers[0], 0, fixed('serial', 16), 21600 * day, 300),
      flow(servers[0], 1, new Uint8Array(16), 0, 0),
      flow(servers[0], 2, new Uint8Array(16).fill(255), Math.floor(Number.MAX_SAFE_INTEGER / day) * day, Number.MAX_SAFE_INTEGER),
    ],
  };
};

const makers = [
  ['account', account, '@signalapp/libsignal-client 0.103.0'],
  ['receipts', receipts, '@signalapp/libsignal-client 0.103.0'],
  ['application', application, 'application.mjs'],
];
const chosen = process.argv.slice(2);
for (const [name, make, by] of makers.filter(([name]) => chosen.length === 0 || chosen.includes(name))) {
  const made = { madeBy: `${by}, test/libsignal/golden-account.mjs`, ...plain(await make()) };
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(made, null, 1)}\n`);
}
