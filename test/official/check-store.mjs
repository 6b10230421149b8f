// What the official package finds wrong with a store: "ok", or what it says.
//
//   node check-store.mjs --profile DIR --key HEX
//
// Every page's MAC, SQLite's own check of all tables and indices, foreign keys. Works on a copy with its log, as after a crash.
import { readArguments, withCopy } from './store.mjs';

const given = readArguments(process.argv.slice(2), { profile: String, key: String });

withCopy(given.profile, given.key, db => {
  // The log first: pages are checked in the file.
  db.pragma('wal_checkpoint(TRUNCATE)');
  const found = [
    ...db.prepare('PRAGMA cipher_integrity_check').all(),
    ...db.prepare('PRAGMA integrity_check', { pluck: true }).all(),
    ...db.prepare('PRAGMA foreign_key_check').all(),
  ].filter(line => line !== 'ok');
  console.log(found.length ? JSON.stringify(found) : 'ok');
});
