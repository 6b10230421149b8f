// Times the official package's operations in this process, for the benchmark: JSON lines on standard input and output.
//
//   {"job": "session.encrypt", "count": 1000}  ->  {"wall": seconds, "cpu": seconds}
//
// What a job needs is prepared before its clock starts. CPU is user and system time of the whole process. Jobs that end in
// ".stored" keep records as bytes, written and read in every call, as a database has them; the others keep the package's own
// objects in a Map.
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import * as signal from '@signalapp/libsignal-client';
import * as account from '@signalapp/libsignal-client/dist/AccountKeys.js';
import SealedSenderMultiRecipientMessage from '@signalapp/libsignal-client/dist/SealedSenderMultiRecipientMessage.js';
import { Party } from './party.mjs';

const text = new Uint8Array(randomBytes(1024));
const groupId = 'd1d1d1d1-7000-11eb-b32a-33b8a8a487a6';
const now = 1_700_000_000_000;
let last = 0;
const nextAddress = () => `9d0652a3-dcc3-4d11-975f-${(++last).toString(16).padStart(12, '0')}`;

class KeptParty extends Party {
  kept = new Map();

  constructor(given) {
    super(given);
    const keeping = (save, get, key) => ({
      [save]: async (...args) => void this.kept.set(key(...args), args.at(-1)),
      [get]: async (...args) => this.kept.get(key(...args)) ?? null,
    });
    this.sessions = {
      ...keeping('saveSession', 'getSession', address => `session ${address}`),
      getExistingSessions: async addresses => addresses.map(address => this.kept.get(`session ${address}`)),
    };
    this.senderKeys = keeping('saveSenderKey', 'getSenderKey', (sender, id) => `sender ${sender} ${id}`);
    this.preKeys = {
      ...keeping('savePreKey', 'getPreKey', id => `one-time ${id}`),
      removePreKey: async id => void this.kept.delete(`one-time ${id}`),
    };
    this.signedPreKeys = keeping('saveSignedPreKey', 'getSignedPreKey', id => `signed ${id}`);
    this.kyberPreKeys = { ...keeping('saveKyberPreKey', 'getKyberPreKey', id => `kyber ${id}`), markKyberPreKeyUsed: async () => {} };
  }
}

const party = stored => new (stored ? Party : KeptParty)({ address: nextAddress(), device: 1, registrationId: 7 });

const bundleOf = b =>
  signal.PreKeyBundle.new(
    b.registrationId,
    b.device,
    b.preKeyId,
    b.preKey && signal.PublicKey.deserialize(b.preKey),
    b.signedPreKeyId,
    signal.PublicKey.deserialize(b.signedPreKey),
    b.signedPreKeySignature,
    signal.PublicKey.deserialize(b.identityKey),
    b.kyberPreKeyId,
    signal.KEMPublicKey.deserialize(b.kyberPreKey),
    b.kyberPreKeySignature,
  );
const begin = (from, to, bundle) =>
  signal.processPreKeyBundle(bundleOf(bundle), to.address, from.address, from.sessions, from.identities);
const encrypt = (from, to) => signal.signalEncrypt(text, to.address, from.address, from.sessions, from.identities);
const decrypt = (to, from, bytes) =>
  signal.signalDecrypt(signal.SignalMessage.deserialize(bytes), from.address, to.address, to.sessions, to.identities);
const decryptFirst = (to, from, bytes) =>
  signal.signalDecryptPreKey(
    signal.PreKeySignalMessage.deserialize(bytes),
    from.address,
    to.address,
    to.sessions,
    to.identities,
    to.preKeys,
    to.signedPreKeys,
    to.kyberPreKeys,
  );

const pair = async stored => {
  const [a, b] = [party(stored), party(stored)];
  await begin(a, b, (await b.makeBundle({})).bundle);
  await decryptFirst(b, a, (await encrypt(a, b)).serialize());
  await decrypt(a, b, (await encrypt(b, a)).serialize());
  await decrypt(b, a, (await encrypt(a, b)).serialize());
  return [a, b];
};

const times = async (count, make) => {
  const made = [];
  for (let i = 0; i < count; i++) made.push(await make(i));
  return made;
};

const certified = a => {
  const [root, server] = [signal.PrivateKey.generate(), signal.PrivateKey.generate()];
  const serverCertificate = signal.ServerCertificate.new(1, server.getPublicKey(), root);
  const certificate = signal.SenderCertificate.new(
    a.address.name(), null, 1, a.identity.publicKey, now + 1000, serverCertificate, server,
  );
  return { root: root.getPublicKey(), certificate };
};

const sealMany = async () => {
  const a = party(false);
  const recipients = await times(100, async () => {
    const b = party(false);
    await begin(a, b, (await b.makeBundle({ oneTime: false })).bundle);
    return b;
  });
  const { certificate } = certified(a);
  await signal.SenderKeyDistributionMessage.create(a.address, groupId, a.senderKeys);
  const message = await signal.groupEncrypt(a.address, groupId, a.senderKeys, text);
  const content = signal.UnidentifiedSenderMessageContent.new(message, certificate, 0, null);
  const seal = () =>
    signal.sealedSenderMultiRecipientEncrypt(content, recipients.map(b => b.address), a.identities, a.sessions);
  return { seal, recipients };
};

const group = async stored => {
  const [a, b] = [party(stored), party(stored)];
  const message = await signal.SenderKeyDistributionMessage.create(a.address, groupId, a.senderKeys);
  await signal.processSenderKeyDistributionMessage(a.address, message, b.senderKeys);
  return [a, b];
};

// Each prepares for so many operations, and returns what is timed.
const jobs = {
  'session.encrypt': async (count, stored) => {
    const [a, b] = await pair(stored);
    return async () => {
      for (let i = 0; i < count; i++) (await encrypt(a, b)).serialize();
    };
  },
  'session.decrypt': async (count, stored) => {
    const [a, b] = await pair(stored);
    const messages = await times(count, async () => (await encrypt(a, b)).serialize());
    return async () => {
      for (const bytes of messages) await decrypt(b, a, bytes);
    };
  },
  'session.pingPong': async (count, stored) => {
    let [a, b] = await pair(stored);
    return async () => {
      for (let i = 0; i < count; i++) {
        await decrypt(b, a, (await encrypt(a, b)).serialize());
        [a, b] = [b, a];
      }
    };
  },
  'session.begin': async count => {
    const a = party(false);
    const peers = await times(count, async () => {
      const b = party(false);
      return { b, bundle: (await b.makeBundle({})).bundle };
    });
    return async () => {
      for (const { b, bundle } of peers) {
        await begin(a, b, bundle);
        (await encrypt(a, b)).serialize();
      }
    };
  },
  'session.accept': async count => {
    const b = party(false);
    const messages = await times(count, async () => {
      const a = party(false);
      await begin(a, b, (await b.makeBundle({})).bundle);
      return { a, bytes: (await encrypt(a, b)).serialize() };
    });
    return async () => {
      for (const { a, bytes } of messages) await decryptFirst(b, a, bytes);
    };
  },
  'sealed.seal': async count => {
    const [a, b] = await pair(false);
    const { certificate } = certified(a);
    return async () => {
      for (let i = 0; i < count; i++) {
        await signal.sealedSenderEncryptMessage(text, b.address, certificate, a.sessions, a.identities);
      }
    };
  },
  'sealed.open': async count => {
    const [a, b] = await pair(false);
    const { root, certificate } = certified(a);
    const messages = await times(count, () =>
      signal.sealedSenderEncryptMessage(text, b.address, certificate, a.sessions, a.identities),
    );
    return async () => {
      for (const bytes of messages) {
        const result = await signal.sealedSenderDecryptMessage(
          bytes, root, now, null, b.address.name(), 1,
          b.sessions, b.identities, b.preKeys, b.signedPreKeys, b.kyberPreKeys,
        );
        result.message();
      }
    };
  },
  'sealed.sealToHundred': async count => {
    const { seal } = await sealMany();
    return async () => {
      for (let i = 0; i < count; i++) await seal();
    };
  },
  'sealed.openOfHundred': async count => {
    const { seal, recipients } = await sealMany();
    const fanned = new SealedSenderMultiRecipientMessage(await seal());
    const recipient = fanned.recipientsByServiceIdString()[recipients[0].address.name()];
    const bytes = fanned.messageForRecipient(recipient);
    return async () => {
      for (let i = 0; i < count; i++) await signal.sealedSenderDecryptToUsmc(bytes, recipients[0].identities);
    };
  },
  'senderKey.encrypt': async (count, stored) => {
    const [a] = await group(stored);
    return async () => {
      for (let i = 0; i < count; i++) (await signal.groupEncrypt(a.address, groupId, a.senderKeys, text)).serialize();
    };
  },
  'senderKey.decrypt': async (count, stored) => {
    const [a, b] = await group(stored);
    const messages = await times(count, async () =>
      (await signal.groupEncrypt(a.address, groupId, a.senderKeys, text)).serialize(),
    );
    return async () => {
      for (const bytes of messages) await signal.groupDecrypt(a.address, b.senderKeys, bytes);
    };
  },
  'key.agree': count => {
    const [a, b] = [signal.PrivateKey.generate(), signal.PrivateKey.generate().getPublicKey()];
    return () => {
      for (let i = 0; i < count; i++) a.agree(b);
    };
  },
  'key.sign': count => {
    const a = signal.PrivateKey.generate();
    return () => {
      for (let i = 0; i < count; i++) a.sign(text);
    };
  },
  'key.verify': count => {
    const a = signal.PrivateKey.generate();
    const [key, signature] = [a.getPublicKey(), a.sign(text)];
    return () => {
      for (let i = 0; i < count; i++) key.verify(text, signature);
    };
  },
  'kem.generate': count => () => {
    for (let i = 0; i < count; i++) signal.KEMKeyPair.generate();
  },
  'gcmSiv.encrypt': count => {
    const cipher = signal.Aes256GcmSiv.new(new Uint8Array(32));
    const [nonce, none] = [new Uint8Array(12), new Uint8Array(0)];
    return () => {
      for (let i = 0; i < count; i++) cipher.encrypt(text, nonce, none);
    };
  },
  'pin.hash': count => () => {
    for (let i = 0; i < count; i++) account.PinHash.fromSalt(new Uint8Array([1, 2, 3, 4]), new Uint8Array(32));
  },
  'username.prove': count => {
    const random = new Uint8Array(32);
    return () => {
      for (let i = 0; i < count; i++) signal.usernames.generateProofWithRandom('heron.42', random);
    };
  },
  'username.verify': count => {
    const [hash, proof] = [signal.usernames.hash('heron.42'), signal.usernames.generateProof('heron.42')];
    return () => {
      for (let i = 0; i < count; i++) signal.usernames.verifyProof(proof, hash);
    };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { job, count } = JSON.parse(line);
  const stored = job.endsWith('.stored');
  const run = await jobs[stored ? job.slice(0, -'.stored'.length) : job](count, stored);
  globalThis.gc?.();
  const [cpu, wall] = [process.cpuUsage(), process.hrtime.bigint()];
  await run();
  const [spent, passed] = [process.cpuUsage(cpu), process.hrtime.bigint() - wall];
  process.stdout.write(`${JSON.stringify({ wall: Number(passed) / 1e9, cpu: (spent.user + spent.system) / 1e6 })}\n`);
}
