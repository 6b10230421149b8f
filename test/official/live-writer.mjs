// Writes to a profile as Signal Desktop does while somebody else reads it.
//
//   node live-writer.mjs --profile DIR --key HEX --seconds S [--seed 1]
//
// Inserts, updates and deletes messages in transactions, with PASSIVE and TRUNCATE checkpoints between them. In every snapshot
// of the store this holds:
//   items 'fluister_live' has json {"id":"fluister_live","value":{"count":C,"sum":S,"round":R}}, where C is the number of messages
//   whose body starts with "live:" and S the sum of the numbers after it; every such message's json holds its number in "live".
// Prints "ready" when it has begun, and at the end a JSON object; stops after S seconds, on SIGTERM, or when stdin closes.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Random } from './random.mjs';
import { columnsOf } from './schema.mjs';
import { open, readArguments } from './store.mjs';

const given = {
  seed: 1,
  ...readArguments(process.argv.slice(2), { profile: String, key: String, seconds: Number, seed: Number }),
};
if (!(given.seconds > 0 && given.seconds <= 600)) throw new Error('--seconds must be from 1 to 600');
const random = new Random(given.seed);
const db = open(join(given.profile, 'sql', 'db.sqlite'), given.key);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.pragma('busy_timeout = 5000');
const generation = db.pragma('user_version', { simple: true });
const [{ id: conversation }] = db
  .prepare(
    "SELECT CAST(conversationId AS TEXT) AS id FROM messages WHERE type = 'incoming' AND conversationId IS NOT NULL LIMIT 1",
  )
  .all();
const columns = columnsOf('messages', generation);
const has = name => columns.includes(name);

const live = new Map();
let [sum, round, inserts, updates, deletes, passive, truncate] = [0, 0, 0, 0, 0, 0, 0];
db.exec("DELETE FROM messages WHERE body LIKE 'live:%'");

const filler = number => 'x'.repeat(number % 37 === 0 ? 9000 : 40 + (number % 700));
const record = (id, number) => JSON.stringify({ id, live: number, filler: filler(number) });
const names = [
  'id',
  'json',
  'conversationId',
  'type',
  'body',
  'sent_at',
  'received_at',
  ...(has('received_at_ms') ? ['received_at_ms', 'timestamp'] : []),
];
const insert = db.prepare(`INSERT INTO messages (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`);
const update = db.prepare('UPDATE messages SET body = ?, json = ? WHERE id = ?');
const remove = db.prepare('DELETE FROM messages WHERE id = ?');
const keep = db.prepare("INSERT OR REPLACE INTO items (id, json) VALUES ('fluister_live', ?)");

const step = db.transaction(() => {
  round++;
  for (let i = random.between(1, 25); i > 0; i--) {
    const number = random.between(1, 1000000);
    const choice = random.below(10);
    if (choice < 5 || live.size < 20) {
      const id = randomUUID();
      const at = Date.UTC(2026, 10, 1) + round;
      insert.run([
        id,
        record(id, number),
        conversation,
        'incoming',
        `live:${number}`,
        at,
        900000000 + round,
        ...(has('received_at_ms') ? [at, at] : []),
      ]);
      live.set(id, number);
      sum += number;
      inserts++;
    } else {
      const ids = [...live.keys()];
      const id = random.pick(ids);
      sum -= live.get(id);
      if (choice < 8) {
        update.run([`live:${number}`, record(id, number), id]);
        live.set(id, number);
        sum += number;
        updates++;
      } else {
        remove.run([id]);
        live.delete(id);
        deletes++;
      }
    }
  }
  keep.run([JSON.stringify({ id: 'fluister_live', value: { count: live.size, sum, round } })]);
});

const until = Date.now() + given.seconds * 1000;
let stopped = false;
const stop = () => {
  stopped = true;
};
process.on('SIGTERM', stop);
process.stdin.on('end', stop).on('close', stop).on('error', stop).resume();

step();
console.log('ready');
const work = () => {
  // A slice of steps, then a look at the outside.
  for (let i = 0; i < 8 && live.size < 4000; i++) step();
  if (live.size >= 4000) {
    db.transaction(() => {
      for (const id of [...live.keys()].slice(0, 3000)) {
        remove.run([id]);
        sum -= live.get(id);
        live.delete(id);
        deletes++;
      }
      round++;
      keep.run([JSON.stringify({ id: 'fluister_live', value: { count: live.size, sum, round } })]);
    })();
  }
  if (random.once(4)) {
    db.pragma('wal_checkpoint(PASSIVE)');
    passive++;
  }
  if (random.once(7)) {
    db.pragma('wal_checkpoint(TRUNCATE)');
    truncate++;
  }
  if (stopped || Date.now() >= until) {
    db.close();
    console.log(JSON.stringify({ count: live.size, sum, round, inserts, updates, deletes, passive, truncate }));
    process.exit(0);
  }
  setTimeout(work, random.between(0, 6));
};
setTimeout(work, 1);
