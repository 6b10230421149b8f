// The counterpart of the client's benchmark, of official packages: libsignal encrypts and seals (or opens and decrypts), SQLCipher keeps.
//
//   node bench-client.mjs MESSAGES COUNT  ->  {"send": microseconds of CPU a message, "receive": ...}
//
// A store with so many messages; then each message is one transaction: its row, and the session's record, as Signal Desktop has them.
// There is no network here, no outbox, no receipt, no history of edits: it is the least that a client made of these packages does.
import { mkdtempSync, rmSync } from 'node:fs';
import { randomBytes, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as signal from '@signalapp/libsignal-client';
import { Party } from './party.mjs';

const Database = createRequire(new URL('../official/package.json', import.meta.url))('@signalapp/sqlcipher').default;
const [messages, count] = process.argv.slice(2).map(Number);
const text = 'A message as people write them: two lines at most, and nothing that is long.';
const folder = mkdtempSync(join(tmpdir(), 'bench-client-'));

const open = name => {
  const db = new Database(join(folder, name));
  db.exec(`PRAGMA key = "x'${randomBytes(32).toString('hex')}'"; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL`);
  db.exec(`
    CREATE TABLE messages(rowid INTEGER PRIMARY KEY, id TEXT UNIQUE, json TEXT, conversationId TEXT, type TEXT, body TEXT,
      sent_at INTEGER, received_at INTEGER, sourceServiceId TEXT, sourceDevice INTEGER);
    CREATE INDEX by_conversation ON messages(conversationId, received_at, sent_at);
    CREATE INDEX by_sender ON messages(sent_at, sourceServiceId);
    CREATE TABLE sessions(id TEXT PRIMARY KEY, record BLOB);
    CREATE TABLE envelopes(id TEXT PRIMARY KEY, at INTEGER)`);
  return db;
};

const writer = db => {
  const row = db.prepare(`INSERT INTO messages(id, json, conversationId, type, body, sent_at, received_at, sourceServiceId, sourceDevice)
    VALUES ($id, $json, 'one', $type, $body, $at, $at, 'somebody', 1)`);
  return (type, at, body) => {
    const id = randomUUID();
    const json = JSON.stringify({ id, type, body, sent_at: at, schemaVersion: 14, sendStateByConversationId: {} });
    row.run({ id, json, type, body, at });
  };
};

const fill = (db, write) => {
  for (let first = 0; first < messages; first += 2000) {
    db.transaction(() => {
      for (let i = first; i < Math.min(first + 2000, messages); i++) {
        write(i % 2 ? 'incoming' : 'outgoing', 1.6e12 + i * 800, `${i} ${text}`);
      }
    })();
  }
};

const padded = at => {
  const body = Buffer.from(JSON.stringify({ text, at }));
  const content = Buffer.alloc(Math.ceil((body.length + 1) / 80) * 80 - 1);
  body.copy(content);
  content[body.length] = 0x80;
  return content;
};

const timed = async work => {
  const before = process.cpuUsage();
  await work();
  const spent = process.cpuUsage(before);
  return (spent.user + spent.system) / count;
};

const address = n => `9d0652a3-dcc3-4d11-975f-${n.toString(16).padStart(12, '0')}`;
const [anna, ben] = [1, 2].map(n => new Party({ address: address(n), device: 1, registrationId: 7 }));
const b = (await ben.makeBundle({})).bundle;
await signal.processPreKeyBundle(
  signal.PreKeyBundle.new(
    b.registrationId, b.device, b.preKeyId, b.preKey && signal.PublicKey.deserialize(b.preKey), b.signedPreKeyId,
    signal.PublicKey.deserialize(b.signedPreKey), b.signedPreKeySignature, signal.PublicKey.deserialize(b.identityKey),
    b.kyberPreKeyId, signal.KEMPublicKey.deserialize(b.kyberPreKey), b.kyberPreKeySignature,
  ),
  ben.address, anna.address, anna.sessions, anna.identities,
);
const [root, server] = [signal.PrivateKey.generate(), signal.PrivateKey.generate()];
const certificate = signal.SenderCertificate.new(
  anna.address.name(), null, 1, anna.identity.publicKey, Date.now() + 1e9,
  signal.ServerCertificate.new(1, server.getPublicKey(), root), server,
);
const seal = at => signal.sealedSenderEncryptMessage(padded(at), ben.address, certificate, anna.sessions, anna.identities);
const unseal = bytes =>
  signal.sealedSenderDecryptMessage(
    bytes, root.getPublicKey(), Date.now(), null, ben.address.name(), 1,
    ben.sessions, ben.identities, ben.preKeys, ben.signedPreKeys, ben.kyberPreKeys,
  );

try {
  const [dbA, dbB] = [open('a'), open('b')];
  const [writeA, writeB] = [writer(dbA), writer(dbB)];
  fill(dbA, writeA);
  fill(dbB, writeB);
  const keep = db => {
    const session = db.prepare('INSERT OR REPLACE INTO sessions VALUES ($id, $record)');
    return (party, other) => session.run({ id: other.address.toString(), record: party.sessionBytes.get(other.address.toString()) });
  };
  const [keepA, keepB] = [keep(dbA), keep(dbB)];
  const taken = dbB.prepare('INSERT INTO envelopes VALUES ($id, $at)');
  const sent = [];
  const sendOne = async at => {
    const bytes = await seal(at);
    dbA.transaction(() => {
      writeA('outgoing', at, text);
      keepA(anna, ben);
    })();
    return bytes;
  };
  const receiveOne = async (bytes, at) => {
    const opened = await unseal(bytes);
    dbB.transaction(() => {
      taken.run({ id: randomUUID(), at });
      writeB('incoming', at, Buffer.from(opened.message()).toString());
      keepB(ben, anna);
    })();
  };
  for (let i = 0; i < 400; i++) await receiveOne(await sendOne(1.7e12 + i), 1.7e12 + i);
  const send = await timed(async () => {
    for (let i = 0; i < count; i++) sent.push(await sendOne(1.8e12 + i));
  });
  const receive = await timed(async () => {
    for (let i = 0; i < count; i++) await receiveOne(sent[i], 1.8e12 + i);
  });
  dbA.close();
  dbB.close();
  console.log(JSON.stringify({ send, receive }));
} finally {
  rmSync(folder, { recursive: true });
}
