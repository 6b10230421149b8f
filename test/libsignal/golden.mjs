// Makes golden files: what the official package said and kept, so that our bytes are checked where Node is absent.
//
//   node golden.mjs [sessions|spqr|sender-keys|sealed ...]       all without a name
//
// Writes test/Fluister.Tests/Protocol/golden/NAME.json. Keys are fresh in every run (the package has no seed for sessions), so
// a file is made once, and again only where the package or the list of steps changes. Bytes are base64.
//
// A conversation is a list of steps in the order in which they were done. "send": who, the message, its text and the sender's
// record afterwards. "receive": who, which message (by its number), the text or the name of the refusal, and the receiver's
// record afterwards. A step can be done again alone, from the record that the same party last had.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import * as signal from '@signalapp/libsignal-client';
import { operations } from './operations.mjs';
import { parties } from './named.mjs';

const folder = new URL('../Fluister.Tests/Protocol/golden/', import.meta.url);
const alice = { address: '9d0652a3-dcc3-4d11-975f-74d61598733f', device: 1 };
const bob = { address: '796abedb-ca4e-4f18-8803-1fde5b921f9f', device: 42 };
const groupId = 'd1d1d1d1-7000-11eb-b32a-33b8a8a487a6';
const now = 1_700_000_000_000;
const base64 = bytes => (bytes ? Buffer.from(bytes).toString('base64') : null);
const textOf = number => Buffer.from(`message ${number} ${'.'.repeat(number % 40)}`);

// Seeded, so that the list of steps is the same in every run.
const dice = seed => {
  let counter = 0;
  return bound => createHash('sha256').update(`${seed} ${counter++}`).digest().readUInt32LE(0) % bound;
};

class Conversation {
  steps = [];
  messages = [];

  constructor(description) {
    this.description = description;
    parties.clear();
    this.who = {};
    for (const [name, place, registrationId] of [
      ['alice', alice, 1001],
      ['bob', bob, 2002],
    ]) {
      const made = operations['party.create']({ party: name, ...place, registrationId });
      this.who[name] = { ...place, registrationId, identity: base64(made.identity) };
    }
  }

  peer(name) {
    return name === 'alice' ? bob : alice;
  }

  async bundle(name, options) {
    const { bundle, records } = await operations['bundle.make']({ party: name, now, ...options });
    this.who[name].preKeys = Object.fromEntries(Object.entries(records).map(([kind, bytes]) => [kind, base64(bytes)]));
    const other = name === 'alice' ? 'bob' : 'alice';
    await operations['bundle.process']({ party: other, ...this.peer(other), bundle, now });
    this.who[name].bundle = Object.fromEntries(
      Object.entries(bundle).map(([field, value]) => [field, value instanceof Uint8Array ? base64(value) : value]),
    );
    this.steps.push({ process: other, record: this.record(other) });
  }

  record(name) {
    return base64(operations['session.export']({ party: name, ...this.peer(name) }));
  }

  async send(name, isKept = true) {
    const text = textOf(this.messages.length);
    const message = await operations['session.encrypt']({ party: name, ...this.peer(name), text, now });
    this.messages.push(message);
    const number = this.messages.length - 1;
    const step = { send: name, number, type: message.type, bytes: base64(message.bytes), text: base64(text) };
    if (isKept) this.steps.push({ ...step, record: this.record(name) });
    return number;
  }

  async receive(name, number, isKept = true) {
    const step = { receive: name, number };
    try {
      step.text = base64(await operations['session.decrypt']({ party: name, ...this.peer(name), ...this.messages[number] }));
    } catch (error) {
      step.refusal = error.name;
    }
    if (isKept) this.steps.push({ ...step, record: this.record(name) });
  }

  toJSON() {
    return { description: this.description, ...this.who, steps: this.steps };
  }
}

const talk = async (conversation, list) => {
  for (const [name, ...numbers] of list) {
    if (numbers.length === 0) await conversation.send(name);
    for (const number of numbers) await conversation.receive(name, number);
  }
  return conversation;
};

const sessions = async () => {
  const usual = new Conversation('with a one-time key; messages out of order within and across chains, and replays');
  await usual.bundle('bob', { oneTime: true });
  await talk(usual, [
    ['alice'], ['alice'], ['bob', 1], ['bob', 0], ['bob', 0], ['bob'], ['alice'], ['alice', 2], ['alice'], ['alice'],
    ['bob', 5], ['bob'], ['alice', 6], ['bob', 3], ['bob', 4], ['bob', 4], ['alice'], ['bob', 7],
  ]);
  const without = new Conversation('without a one-time key');
  await without.bundle('bob', { oneTime: false });
  await talk(without, [['alice'], ['bob', 0], ['bob'], ['alice', 1], ['alice'], ['bob', 2]]);
  const both = new Conversation('both begin at once, and both sessions end as one');
  await both.bundle('bob', { oneTime: true });
  await both.bundle('alice', { oneTime: true });
  await talk(both, [
    ['alice'], ['bob'], ['bob', 0], ['alice', 1], ['alice'], ['bob'], ['bob', 2], ['alice', 3], ['alice'], ['bob', 4],
  ]);
  return { conversations: [usual, without, both] };
};

// A long talk of which only some steps are kept: every kind of message of the post-quantum ratchet, received from the state
// that was before it.
const spqr = async () => {
  const conversation = new Conversation('steps of the post-quantum ratchet out of a long talk');
  await conversation.bundle('bob', { oneTime: true });
  conversation.steps.length = 0;
  const roll = dice('spqr');
  const seen = new Map();
  const samples = [];
  const pqRatchet = message =>
    message.type === 3 ? null : signal.SignalMessage.deserialize(message.bytes).pqRatchet();
  for (let turn = 0; turn < 420 && samples.length < 26; turn++) {
    const [from, to] = turn % 2 === 0 ? ['alice', 'bob'] : ['bob', 'alice'];
    const count = turn > 4 && roll(8) === 0 ? 2 : 1;
    for (let i = 0; i < count; i++) {
      const number = await conversation.send(from, false);
      if (turn > 4 && roll(12) === 0) continue;
      const pq = pqRatchet(conversation.messages[number]);
      const before = conversation.record(to);
      await conversation.receive(to, number, false);
      if (!pq) continue;
      // Version, epoch, index, type: the numbers are short enough here for one or two bytes each.
      let at = 2;
      const epoch = pq[1];
      while (pq[at] & 128) at++;
      const kind = `${epoch % 2} ${from} ${pq[at + 1]}`;
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
      if (seen.get(kind) > 2 && roll(60) !== 0) continue;
      samples.push({
        to,
        epoch,
        kind: pq[at + 1],
        bytes: base64(conversation.messages[number].bytes),
        text: base64(textOf(number)),
        before,
        after: conversation.record(to),
      });
    }
  }
  return { alice: conversation.who.alice, bob: conversation.who.bob, samples };
};

const senderKeys = async () => {
  parties.clear();
  for (const [party, place] of [['alice', alice], ['bob', bob]]) operations['party.create']({ party, ...place });
  const record = party => base64(operations['group.export']({ party, ...alice, distributionId: groupId }));
  const steps = [];
  const messages = [];
  const distribute = async () => {
    const bytes = await operations['group.create']({ party: 'alice', distributionId: groupId });
    steps.push({ create: base64(bytes), record: record('alice') });
    await operations['group.process']({ party: 'bob', ...alice, bytes });
    steps.push({ process: base64(bytes), record: record('bob') });
  };
  const send = async () => {
    const text = textOf(messages.length);
    const { bytes } = await operations['group.encrypt']({ party: 'alice', distributionId: groupId, text });
    messages.push(bytes);
    steps.push({ send: messages.length - 1, bytes: base64(bytes), text: base64(text), record: record('alice') });
  };
  const receive = async number => {
    const step = { receive: number };
    try {
      step.text = base64(await operations['group.decrypt']({ party: 'bob', ...alice, bytes: messages[number] }));
    } catch (error) {
      step.refusal = error.name;
    }
    steps.push({ ...step, record: record('bob') });
  };
  await distribute();
  for (let i = 0; i < 8; i++) await send();
  for (const number of [0, 2, 1, 1, 7, 3]) await receive(number);
  await distribute();
  await send();
  for (const number of [8, 5]) await receive(number);
  return { sender: alice, distributionId: groupId, steps };
};

const sealed = async () => {
  const conversation = new Conversation('');
  await conversation.bundle('bob', { oneTime: true });
  const root = operations['key.generate']();
  const server = operations['key.generate']();
  const identityKey = signal.IdentityKeyPair.deserialize(Buffer.from(conversation.who.alice.identity, 'base64')).publicKey.serialize();
  const serverCertificate = operations['certificate.server']({ keyId: 9, publicKey: server.publicKey, trustRoot: root.privateKey });
  const make = (number, expires) =>
    operations['certificate.sender']({
      account: alice.address,
      number,
      device: alice.device,
      publicKey: identityKey,
      expires,
      serverCertificate,
      serverKey: server.privateKey,
    });
  const certificate = make('+14152222222', now + 1000);
  const short = make(null, now - 1000);
  const contents = [];
  for (const [hint, group] of [[0, null], [1, randomBytes(32)], [2, randomBytes(32)]]) {
    const text = textOf(contents.length);
    const message = await operations['session.encrypt']({ party: 'alice', ...bob, text, now });
    const content = operations['content.make']({ certificate, hint, groupId: group, ...message });
    const one = await operations['sealed.seal']({ party: 'alice', ...bob, content });
    const many = await operations['sealed.sealToMany']({
      party: 'alice',
      content,
      recipients: [bob],
      excluded: ['PNI:a5a5a5a5-5555-4555-8555-a5a5a5a5a5a5', 'b4b4b4b4-5555-4555-8555-a5a5a5a5a5a5'],
    });
    const fanned = operations['sealed.fanOut']({ bytes: many });
    contents.push({
      type: message.type,
      bytes: base64(message.bytes),
      text: base64(text),
      hint,
      groupId: base64(group),
      content: base64(content),
      one: base64(one),
      many: base64(many),
      received: base64(fanned.recipients[0].bytes),
      excluded: fanned.excluded,
    });
  }
  return {
    now,
    alice: conversation.who.alice,
    bob: conversation.who.bob,
    trustRoot: base64(root.publicKey),
    serverKeyId: 9,
    serverKey: base64(server.publicKey),
    serverCertificate: base64(serverCertificate),
    certificate: base64(certificate),
    expired: base64(short),
    number: '+14152222222',
    contents,
  };
};

const makers = { sessions, spqr, 'sender-keys': senderKeys, sealed };
mkdirSync(folder, { recursive: true });
for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(makers)) {
  const made = { madeBy: '@signalapp/libsignal-client 0.103.0, test/libsignal/golden.mjs', ...(await makers[name]()) };
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(made, null, 1)}\n`);
}
