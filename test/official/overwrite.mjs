// Overwrites values of a store, as somebody who has its key might: what a reader must survive.
//
//   node overwrite.mjs --profile DIR --key HEX < changes.jsonl
//
// The tables become plain ones first, which hold any value.
// Each line: {"table", "column", "rowid", "kind": "null|text|blob|integer|real", "hex"?, "number"?}. Text is written as its
// bytes are, also where they are no UTF-8. Prints how many were written and how many the store itself refused.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { open, readArguments } from './store.mjs';

const given = readArguments(process.argv.slice(2), { profile: String, key: String });
const quoted = name => `"${name.replaceAll('"', '""')}"`;
const db = open(join(given.profile, 'sql', 'db.sqlite'), given.key);
const count = { written: 0, refused: 0 };
const value = change => {
  switch (change.kind) {
    case 'text':
      return `CAST(x'${change.hex}' AS TEXT)`;
    case 'blob':
      return `x'${change.hex}'`;
    case 'integer':
    case 'real':
      return change.number;
    default:
      return 'NULL';
  }
};
// What the application's own tables would refuse: every table loses its types, checks, generated columns and triggers.
for (const { name } of db
  .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' AND name NOT LIKE 'sqlite%'")
  .all()) {
  const columns = db
    .prepare(`PRAGMA table_xinfo(${quoted(name)})`)
    .all()
    .filter(column => column.hidden === 0)
    .map(column => column.name);
  const loose = columns.map(column => (column === 'rowid' ? 'rowid INTEGER PRIMARY KEY' : quoted(column))).join(', ');
  const list = columns.map(quoted).join(', ');
  try {
    db.exec(`CREATE TABLE loose (${loose}); INSERT INTO loose (${list}) SELECT ${list} FROM ${quoted(name)};
      DROP TABLE ${quoted(name)}; ALTER TABLE loose RENAME TO ${quoted(name)}`);
  } catch {
    db.exec('DROP TABLE IF EXISTS loose'); // parts of a full-text index
  }
}
db.exec('CREATE INDEX messages_conversation ON messages (conversationId, received_at, sent_at)');
db.exec('BEGIN');
for (const line of readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
  const change = JSON.parse(line);
  try {
    db.exec(`UPDATE ${quoted(change.table)} SET ${quoted(change.column)} = ${value(change)} WHERE rowid = ${BigInt(change.rowid)}`);
    count.written++;
  } catch {
    count.refused++;
  }
}
db.exec('COMMIT');
db.close();
process.stdout.write(`${JSON.stringify(count)}\n`);
