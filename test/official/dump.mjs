// Prints the rows of a store as JSON Lines in rowid order: what the official package reads.
//
//   node dump.mjs --profile DIR --key HEX [--table messages] [--columns a,b]
//   node dump.mjs --profile DIR --key HEX --tables      names of the tables, one a line, with their columns and row counts
//
// Works on a copy in a temporary folder. Blobs become {"base64": ...}; integers beyond 2^53 are written with all digits;
// reals that are whole are written with ".0" as SQLite does. Generated columns are included.
import { readArguments, withCopy } from './store.mjs';

const given = readArguments(process.argv.slice(2), {
  profile: String,
  key: String,
  table: String,
  columns: String,
  tables: true,
});

const text = value => {
  if (value === null) return 'null';
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : JSON.stringify(value);
  if (typeof value === 'string') return JSON.stringify(value);
  return `{"base64":${JSON.stringify(Buffer.from(value).toString('base64'))}}`;
};
const line = row =>
  `{${Object.entries(row)
    .map(([name, value]) => `${JSON.stringify(name)}:${text(value)}`)
    .join(',')}}`;
const quoted = name => `"${name.replaceAll('"', '""')}"`;

withCopy(given.profile, given.key, db => {
  let out = [];
  const say = one => {
    out.push(one);
    if (out.length === 5000) flush();
  };
  const flush = () => {
    if (out.length) process.stdout.write(`${out.join('\n')}\n`);
    out = [];
  };
  if (given.tables) {
    for (const { name } of db
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
      .all()) {
      const columns = db
        .prepare(`PRAGMA table_xinfo(${quoted(name)})`)
        .all()
        .map(c => c.name);
      const [{ n }] = db.prepare(`SELECT count(*) AS n FROM ${quoted(name)}`).all();
      say(JSON.stringify({ table: name, columns, rows: n }));
    }
    return flush();
  }
  const table = quoted(given.table ?? 'messages');
  const columns = given.columns ? given.columns.split(',').map(quoted).join(', ') : '*';
  const select = db.prepare(`SELECT rowid AS "rowid", ${columns} FROM ${table} WHERE rowid > ? ORDER BY rowid LIMIT 5000`, {
    bigint: true,
  });
  let last = -(2n ** 63n);
  for (;;) {
    const rows = select.all([last]);
    if (rows.length === 0) break;
    for (const row of rows) say(line(row));
    last = rows[rows.length - 1].rowid;
  }
  return flush();
});
