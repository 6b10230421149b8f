// How long the official package takes for what our reader does; prints one JSON object.
//
//   node scan.mjs --profile DIR --key HEX [--rounds 1]
//
// sum: a full scan inside SQLite (lengths of json and body added up). rows: the same rows delivered to JavaScript.
// cpu is user and system time of this process in milliseconds. Works on a copy in a temporary folder; copying is not counted.
import { readArguments, withCopy } from './store.mjs';

const given = { rounds: 1, ...readArguments(process.argv.slice(2), { profile: String, key: String, rounds: Number }) };

const timed = work => {
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  const result = work();
  const used = process.cpuUsage(cpu);
  return {
    ...result,
    cpu: Math.round((used.user + used.system) / 1000),
    wall: Math.round(Number(process.hrtime.bigint() - start) / 1e6),
  };
};

const result = withCopy(given.profile, given.key, db => {
  const version = db.pragma('cipher_version', { simple: true });
  db.pragma('cache_size = -65536');
  const names = new Set(
    db
      .prepare('PRAGMA table_xinfo(messages)')
      .all()
      .map(c => c.name),
  );
  const source = ['sourceServiceId', 'sourceUuid', 'source'].find(name => names.has(name));
  const rounds = [];
  for (let i = 0; i < given.rounds; i++) {
    const sum = timed(() => {
      const [row] = db
        .prepare('SELECT count(*) AS count, sum(length(json)) AS json, sum(length(body)) AS body FROM messages NOT INDEXED')
        .all();
      return row;
    });
    const rows = timed(() => {
      const select = db.prepare(`SELECT rowid AS row, id, conversationId, type, sent_at, ${source}, body, json FROM messages
        WHERE rowid > ? ORDER BY rowid LIMIT 2000`);
      let [last, count, characters] = [-1, 0, 0];
      for (;;) {
        const batch = select.all([last]);
        if (batch.length === 0) return { count, characters };
        for (const row of batch) characters += (row.body?.length ?? 0) + (row.json?.length ?? 0);
        count += batch.length;
        last = batch[batch.length - 1].row;
      }
    });
    rounds.push({ sum, rows });
  }
  const [{ page_count: pages }] = db.pragma('page_count');
  return { package: '@signalapp/sqlcipher', version, pages, bytes: pages * 4096, rounds };
});
console.log(JSON.stringify(result));
