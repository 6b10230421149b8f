// The oracle against itself: node --test
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';

const child = spawn(process.execPath, [new URL('oracle.mjs', import.meta.url).pathname], { stdio: ['pipe', 'pipe', 'inherit'] });
after(() => child.stdin.end());
const waiting = new Map();
createInterface({ input: child.stdout }).on('line', line => {
  const { id, ok, error } = JSON.parse(line);
  const [resolve, reject] = waiting.get(id);
  if (error) reject(Object.assign(new Error(error.message), error));
  else resolve(ok);
});
let last = 0;
const call = (op, fields = {}) =>
  new Promise((resolve, reject) => {
    waiting.set(++last, [resolve, reject]);
    child.stdin.write(`${JSON.stringify({ id: last, op, ...fields })}\n`);
  });
const bytes = text => ({ $: Buffer.from(text).toString('base64') });
const text = value => Buffer.from(value.$, 'base64').toString();

const alice = { address: '11111111-1111-4111-8111-111111111111', device: 1 };
const bob = { address: '22222222-2222-4222-8222-222222222222', device: 2 };
const group = '33333333-3333-4333-8333-333333333333';
const now = 1_700_000_000_000;

const certificates = async identityKey => {
  const root = await call('key.generate');
  const server = await call('key.generate');
  const serverCertificate = await call('certificate.server', { keyId: 7, publicKey: server.publicKey, trustRoot: root.privateKey });
  const certificate = await call('certificate.sender', {
    account: alice.address,
    number: '+31612345678',
    device: 1,
    publicKey: identityKey,
    expires: now + 1000,
    serverCertificate,
    serverKey: server.privateKey,
  });
  return { root: root.publicKey, certificate };
};

const pair = async () => {
  const a = await call('party.create', { party: 'a', ...alice, registrationId: 11 });
  const b = await call('party.create', { party: 'b', ...bob, registrationId: 22 });
  const { bundle, records } = await call('bundle.make', { party: 'b' });
  await call('bundle.process', { party: 'a', ...bob, bundle });
  return { a, b, bundle, records };
};

test('a session, its record out and in, and its archive', async () => {
  await pair();
  const first = await call('session.encrypt', { party: 'a', ...bob, text: bytes('one') });
  assert.equal(first.type, 3);
  assert.equal(text(await call('session.decrypt', { party: 'b', ...alice, bytes: first.bytes })), 'one');
  const reply = await call('session.encrypt', { party: 'b', ...alice, text: bytes('two') });
  assert.equal(reply.type, 2);
  const record = await call('session.export', { party: 'a', ...bob });
  assert.equal(text(await call('session.decrypt', { party: 'a', ...bob, bytes: reply.bytes })), 'two');
  await assert.rejects(call('session.decrypt', { party: 'a', ...bob, bytes: reply.bytes }), { name: 'DuplicatedMessage', code: 1 });
  await call('session.import', { party: 'a', ...bob, record });
  assert.equal(text(await call('session.decrypt', { party: 'a', ...bob, type: 2, bytes: reply.bytes })), 'two');
  assert.equal((await call('session.state', { party: 'a', ...bob })).current, true);
  await call('session.archive', { party: 'a', ...bob });
  assert.equal((await call('session.state', { party: 'a', ...bob })).current, false);
  assert.equal((await call('party.uses', { party: 'b' })).preKeys.length, 1);
});

test('pre-keys move from party to party, and a key of last resort is used once for a handshake', async () => {
  await call('party.create', { party: 'a', ...alice });
  const made = await call('party.create', { party: 'b', ...bob });
  const { bundle, records } = await call('bundle.make', { party: 'b', oneTime: false });
  await call('party.create', { party: 'b2', ...bob, identity: made.identity });
  await call('preKeys.add', { party: 'b2', ...records, lastResort: true });
  await call('bundle.process', { party: 'a', ...bob, bundle });
  const first = await call('session.encrypt', { party: 'a', ...bob, text: bytes('one') });
  assert.equal(text(await call('session.decrypt', { party: 'b2', ...alice, bytes: first.bytes })), 'one');
  await call('session.drop', { party: 'b2', ...alice });
  await assert.rejects(call('session.decrypt', { party: 'b2', ...alice, bytes: first.bytes }));
});

test('sender keys, sealed in all three ways', async () => {
  const { a } = await pair();
  const { root, certificate } = await certificates(a.identityKey);
  assert.equal(await call('certificate.validate', { certificate, trustRoots: [root], now }), true);
  assert.equal(await call('certificate.validate', { certificate, trustRoots: [root], now: now + 2000 }), false);
  assert.equal((await call('certificate.readSender', { certificate })).number, '+31612345678');

  const distribution = await call('group.create', { party: 'a', distributionId: group });
  await call('group.process', { party: 'b', ...alice, bytes: distribution });
  const grouped = await call('group.encrypt', { party: 'a', distributionId: group, text: bytes('all'), keep: 'm' });
  assert.equal(text(await call('group.decrypt', { party: 'b', ...alice, bytes: grouped.bytes })), 'all');

  const sealedOne = await call('sealed.encrypt', { party: 'a', ...bob, text: bytes('hidden'), certificate });
  const opened = await call('sealed.decrypt', { party: 'b', bytes: sealedOne, trustRoot: root, now });
  assert.equal(text(opened.text), 'hidden');
  assert.equal(opened.account, alice.address);

  const kept = await call('content.make', { certificate, message: 'm', groupId: bytes('group'), hint: 1 });
  const built = await call('content.make', { certificate, ...grouped, groupId: bytes('group'), hint: 1 });
  assert.deepEqual(built, kept);
  const many = await call('sealed.sealToMany', {
    party: 'a',
    content: kept,
    recipients: [bob],
    excluded: ['PNI:44444444-4444-4444-8444-444444444444'],
  });
  const fanned = await call('sealed.fanOut', { bytes: many });
  assert.deepEqual(fanned.excluded, ['PNI:44444444-4444-4444-8444-444444444444']);
  assert.deepEqual([fanned.recipients[0].devices, fanned.recipients[0].registrationIds], [[2], [22]]);
  const content = await call('sealed.open', { party: 'b', bytes: fanned.recipients[0].bytes });
  assert.deepEqual(content.bytes, grouped.bytes);
  assert.equal(content.hint, 1);
});

test('errors in place of messages', async () => {
  await pair();
  const message = await call('session.encrypt', { party: 'a', ...bob, text: bytes('lost') });
  const error = await call('error.make', { ...message, timestamp: now, device: 2 });
  const plaintext = await call('plaintext.make', { error: error.bytes });
  assert.equal(plaintext.type, 8);
  assert.deepEqual(await call('error.extract', { bytes: plaintext.body }), error);
});

test('keys, fingerprints, usernames and account keys', async () => {
  const [one, two] = [await call('key.generate'), await call('key.generate')];
  const shared = await call('key.agree', { privateKey: one.privateKey, publicKey: two.publicKey });
  assert.deepEqual(await call('key.agree', { privateKey: two.privateKey, publicKey: one.publicKey }), shared);
  const signature = await call('key.sign', { privateKey: one.privateKey, message: bytes('x') });
  assert.equal(await call('key.verify', { publicKey: one.publicKey, message: bytes('x'), signature }), true);
  const message = await call('key.seal', { publicKey: one.publicKey, message: bytes('m'), info: bytes('i') });
  assert.equal(text(await call('key.open', { privateKey: one.privateKey, message, info: bytes('i') })), 'm');

  const ids = { localId: bytes('a'), localKey: one.publicKey, remoteId: bytes('b'), remoteKey: two.publicKey };
  const mirror = { localId: bytes('b'), localKey: two.publicKey, remoteId: bytes('a'), remoteKey: one.publicKey };
  const [ours, theirs] = [await call('fingerprint.make', ids), await call('fingerprint.make', mirror)];
  assert.equal(ours.numeric, theirs.numeric);
  assert.equal(await call('fingerprint.compare', { ours: ours.scannable, theirs: theirs.scannable }), true);

  const hash = await call('username.hash', { username: 'heron.42' });
  const proof = await call('username.prove', { username: 'heron.42', random: bytes('r'.repeat(32)) });
  assert.equal(await call('username.verify', { proof, hash }), true);
  const link = await call('username.makeLink', { username: 'heron.42' });
  assert.equal(await call('username.openLink', link), 'heron.42');

  const entropy = await call('entropy.generate');
  const svrKey = await call('entropy.svrKey', { entropy });
  assert.equal(Buffer.from((await call('svr.keys', { svrKey })).registrationLock.$, 'base64').length, 32);
  const backupKey = await call('entropy.backupKey', { entropy });
  const backup = await call('backup.keys', { backupKey, account: alice.address, mediaName: 'x', mediaId: bytes('m'.repeat(15)) });
  const direct = await call('backup.messageKeys', { entropy, account: alice.address });
  assert.deepEqual(await call('backup.messageKeys', { backupKey, backupId: backup.id }), direct);
  const pin = await call('pin.hash', { pin: bytes('1234'), salt: bytes('s'.repeat(32)) });
  assert.equal(Buffer.from(pin.accessKey.$, 'base64').length, 32);
});

test('primitives', async () => {
  const [key, nonce, associatedData] = [bytes('k'.repeat(32)), bytes('n'.repeat(12)), bytes('')];
  const message = await call('gcmSiv.encrypt', { key, nonce, associatedData, message: bytes('text') });
  assert.equal(text(await call('gcmSiv.decrypt', { key, nonce, associatedData, message })), 'text');
  const digests = await call('mac.make', { key, chunkSize: 4, parts: [bytes('abcd'), bytes('efg')] });
  assert.deepEqual(await call('mac.validate', { key, chunkSize: 4, digests, parts: [bytes('abcd'), bytes('efg')] }), [4, 0, 3]);
  assert.equal(Buffer.from((await call('hkdf', { length: 42, key, label: bytes('l') })).$, 'base64').length, 42);
  assert.equal((await call('serviceId.read', { text: 'PNI:44444444-4444-4444-8444-444444444444' })).text.slice(0, 4), 'PNI:');
  assert.ok((await call('kem.generate')).publicKey);
});
