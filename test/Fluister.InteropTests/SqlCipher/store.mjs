// Databases of the official package, for the tests of Fluister.SqlCipher: node store.mjs COMMAND PATH HEXKEY [ROWS]
import { createRequire } from 'node:module';
import { existsSync, writeSync } from 'node:fs';

const require = createRequire(new URL('../../official/package.json', import.meta.url));
const Database = require('@signalapp/sqlcipher').default;
const [, , command, path, key, count] = process.argv;
const rows = Number(count ?? 0);

// A fixed sequence: the same rows every time.
let seed = 88172645463325252n;
const next = bound => {
  seed ^= (seed << 13n) & 0xffffffffffffffffn;
  seed ^= seed >> 7n;
  seed ^= (seed << 17n) & 0xffffffffffffffffn;
  return Number(seed % BigInt(bound));
};
const letters = length => {
  let text = '';
  while (text.length < length) text += 'fluister sîne wôrd 漢字 🙂 '[next(24)];
  return text.slice(0, length);
};

const db = new Database(path);
db.exec(`PRAGMA key = "x'${key}'"`);

// Every column as its type and its exact bytes: both sides run the same text.
const exact = c => `typeof(${c}) || ':' || CASE typeof(${c}) WHEN 'real' THEN CAST(round(${c} * 4096) AS INTEGER) ELSE hex(${c}) END`;

function make() {
  db.exec('PRAGMA journal_mode = WAL');
  db.exec(`
    CREATE TABLE things(id INTEGER PRIMARY KEY, t TEXT, n INTEGER, r REAL, b BLOB, e);
    CREATE INDEX by_text ON things(t);
    CREATE TABLE words(w TEXT PRIMARY KEY, n INTEGER) WITHOUT ROWID;
    CREATE TABLE pairs(id INTEGER PRIMARY KEY, a INTEGER NOT NULL, pad TEXT);
    CREATE INDEX by_amount ON pairs(a);
    CREATE TABLE ticks(n INTEGER NOT NULL);
    INSERT INTO ticks VALUES (0);`);
  const thing = db.prepare('INSERT INTO things(t, n, r, b, e) VALUES ($t, $n, $r, $b, $e)');
  const word = db.prepare('INSERT OR IGNORE INTO words VALUES ($w, $n)');
  const pair = db.prepare('INSERT INTO pairs(a, pad) VALUES (100, $pad)');
  db.transaction(() => {
    for (let i = 0; i < rows; i++) {
      // Most rows are short; some take chains of overflow pages, in a larger store one of them megabytes.
      const size = i === 7 && rows > 1000 ? 3_000_000 : next(50) === 0 ? next(40_000) : next(400);
      const bytes = Buffer.from(Array.from({ length: next(30) }, () => next(256)));
      const n = next(2) ? -next(1e9) : next(2 ** 31);
      const e = [null, i, letters(9), 0.5, bytes][next(5)];
      thing.run({ t: letters(size), n, r: next(1e6) / 4096, b: bytes, e });
      word.run({ w: letters(12), n: i });
      pair.run({ pad: letters(300) });
    }
  })();
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}

if (command === 'make') {
  make();
  db.close();
} else if (command === 'text') {
  // Text as other programs may have stored it: lone surrogates in UTF-8's form, bytes that are no UTF-8, an embedded NUL.
  db.exec("PRAGMA journal_mode = WAL; CREATE TABLE texts(id INTEGER PRIMARY KEY, t)");
  for (const hex of ['', '41ED A0 BD42', '41FF', 'EDB880', 'F09F9982', '410042', 'C3']) {
    db.exec(`INSERT INTO texts(t) VALUES (CAST(x'${hex.replaceAll(' ', '')}' AS TEXT))`);
  }
  db.close();
} else if (command === 'crash') {
  // Rows that are only in the log, then the end that leaves -wal and -shm behind.
  db.exec('PRAGMA wal_autocheckpoint = 0');
  db.exec("UPDATE things SET t = 'edited in the log ' || id WHERE id % 97 = 0");
  process.kill(process.pid, 'SIGKILL');
} else if (command === 'rows') {
  for (const [table, columns] of [['things', 'id t n r b e'], ['words', 'w n'], ['pairs', 'id a pad'], ['ticks', 'n']]) {
    const select = columns.split(' ').map(exact).join(" || '|' || ");
    const lines = db.prepare(`SELECT ${select} FROM ${table} ORDER BY 1`, { pluck: true }).all();
    writeSync(1, Buffer.from(`${table} ${lines.length}\n`));
    let text = Buffer.from(lines.map(line => line + '\n').join(''));
    while (text.length) text = text.subarray(writeSync(1, text));
  }
  db.close();
} else if (command === 'check') {
  // Every page's MAC, then SQLite's own check.
  const pages = db.prepare('PRAGMA cipher_integrity_check').all();
  const [tables] = db.prepare('PRAGMA integrity_check', { pluck: true }).all();
  writeSync(1, `${pages.length ? JSON.stringify(pages) : tables}\n`);
  db.close();
} else if (command === 'write') {
  // Moves amounts between rows for ever; their sum and their number never change between transactions.
  db.exec('PRAGMA wal_autocheckpoint = 0; PRAGMA busy_timeout = 10000');
  const move = db.prepare('UPDATE pairs SET a = a + $by, pad = $pad WHERE id = $id');
  const drop = db.prepare('DELETE FROM pairs WHERE id = $id');
  const add = db.prepare('INSERT INTO pairs(id, a, pad) VALUES ($id, $a, $pad)');
  const amount = db.prepare('SELECT a FROM pairs WHERE id = $id', { pluck: true });
  const step = db.transaction(() => {
    for (let i = 0; i < 25; i++) {
      const by = next(50);
      move.run({ id: 1 + next(rows), by, pad: letters(next(600)) });
      move.run({ id: 1 + next(rows), by: -by, pad: letters(next(600)) });
    }
    const id = 1 + next(rows);
    const a = amount.get({ id });
    drop.run({ id });
    add.run({ id, a, pad: letters(next(9000)) });
    db.exec('UPDATE ticks SET n = n + 1');
  });
  writeSync(1, 'ready\n');
  for (let i = 1; existsSync(`${path}.go`); i++) {
    step();
    if (i % 10 === 0) db.exec(`PRAGMA wal_checkpoint(${i % 20 === 0 ? 'TRUNCATE' : 'PASSIVE'})`);
  }
  db.close();
} else {
  throw new Error(command);
}
