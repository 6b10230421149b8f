// Makes a complete Signal Desktop profile with the official SQLCipher package.
//
//   node make-profile.mjs --out DIR --generation N [--messages 1000] [--conversations 12] [--seed 1] [--media]
//     [--key-form legacy|v10|v11|both] [--keyring-password P] [--canary TEXT] [--no-wal-checkpoint] [--plain-text-only]
//     [--no-expected]
//
// Writes DIR and, beside it, DIR.expected.jsonl (see expected.mjs); prints one line of JSON with the key and counts.
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { makeProfile } from './profile.mjs';
import { newest } from './schema.mjs';
import { readArguments } from './store.mjs';

const given = readArguments(process.argv.slice(2), {
  out: String,
  generation: Number,
  messages: Number,
  conversations: Number,
  seed: Number,
  media: true,
  'key-form': String,
  'keyring-password': String,
  canary: String,
  'no-wal-checkpoint': true,
  'plain-text-only': true,
  'no-expected': true,
});
if (!given.out) throw new Error('--out DIR is needed');
const out = resolve(given.out);
if (existsSync(out) && readdirSync(out).length > 0) throw new Error(`${out} is not empty`);
if (given.keyForm && !['legacy', 'v10', 'v11', 'both'].includes(given.keyForm))
  throw new Error(`unknown --key-form ${given.keyForm}`);
mkdirSync(out, { recursive: true });
rmSync(`${out}.expected.jsonl`, { force: true });
console.log(
  JSON.stringify(
    makeProfile({
      generation: newest,
      messages: 1000,
      conversations: 12,
      seed: 1,
      keyForm: 'legacy',
      keyringPassword: 'keyring',
      ...given,
      out,
    }),
  ),
);
