// Runs statements on a profile's store with the official package: for what make-profile.mjs does not make.
//
//   node run-sql.mjs --profile DIR --key HEX --sql STATEMENTS
import { join } from 'node:path';
import { open, readArguments } from './store.mjs';

const given = readArguments(process.argv.slice(2), { profile: String, key: String, sql: String });
const db = open(join(given.profile, 'sql', 'db.sqlite'), given.key);
db.exec(given.sql);
db.pragma('wal_checkpoint(TRUNCATE)');
db.close();
