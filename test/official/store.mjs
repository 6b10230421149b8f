// A profile folder as Signal Desktop keeps it: config.json, sql/db.sqlite, folders of files.
import { createCipheriv, createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Database from '@signalapp/sqlcipher';

export const sha256 = bytes => createHash('sha256').update(bytes).digest('hex');

/** Opens a store with its raw key, as Signal Desktop does. Opening and closing may change the files. */
export function open(path, key) {
  if (!/^[0-9a-fA-F]{64}$/.test(key)) throw new Error('the key must be 64 hexadecimal digits');
  const db = new Database(path);
  db.pragma(`key = "x'${key}'"`);
  db.pragma('cipher_compatibility = 4');
  return db;
}

/** Copies db.sqlite, -wal and -shm to a temporary folder, opens the copy, and removes it afterwards. */
export function withCopy(profile, key, work) {
  const folder = mkdtempSync(join(tmpdir(), 'fluister-official-'));
  try {
    const from = join(profile, 'sql', 'db.sqlite');
    if (!existsSync(from)) throw new Error(`no such file: ${from}`);
    for (const end of ['', '-wal']) if (existsSync(from + end)) cpSync(from + end, join(folder, `db.sqlite${end}`));
    const db = open(join(folder, 'db.sqlite'), key);
    try {
      return work(db);
    } finally {
      db.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Electron's safeStorage on Linux: "v11" with the keyring's password, "v10" with the fixed one. */
export function sealKey(key, form, password) {
  const sealing = pbkdf2Sync(form === 'v10' ? 'peanuts' : password, 'saltysalt', 1, 16, 'sha1');
  const cipher = createCipheriv('aes-128-cbc', sealing, Buffer.alloc(16, 0x20));
  return Buffer.concat([Buffer.from(form), cipher.update(key, 'utf8'), cipher.final()]).toString('hex');
}

export function writeConfig(folder, key, form, password) {
  const config = {};
  if (form === 'legacy' || form === 'both') config.key = key;
  if (form !== 'legacy') {
    config.encryptedKey = sealKey(key, form === 'both' ? 'v11' : form, password);
    config.safeStorageBackend = form === 'v10' ? 'basic_text' : 'gnome_libsecret';
  }
  writeFileSync(join(folder, 'config.json'), `${JSON.stringify(config, null, 2)}\n`);
}

// Padding that hides sizes: steps of five per cent, at least 541 bytes.
const padded = size => Math.max(541, Math.floor(1.05 ** Math.ceil(Math.log(size) / Math.log(1.05))));

/** IV | AES-256-CBC of the zero-padded bytes | HMAC-SHA256 over both. */
export function sealFile(bytes, keys, iv) {
  const cipher = createCipheriv('aes-256-cbc', keys.subarray(0, 32), iv);
  const full = Buffer.alloc(Math.max(padded(bytes.length), bytes.length));
  bytes.copy(full);
  const sealed = Buffer.concat([iv, cipher.update(full), cipher.final()]);
  return Buffer.concat([sealed, createHmac('sha256', keys.subarray(32)).update(sealed).digest()]);
}

export function writeFile(path, bytes) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

/** --name value and --name; camelCase keys. Unknown names are an error. */
export function readArguments(given, known) {
  const values = {};
  for (let i = 0; i < given.length; i++) {
    const name = given[i].replace(/^--/, '');
    if (!given[i].startsWith('--') || !(name in known)) {
      throw new Error(
        `unknown argument ${given[i]}; known: ${Object.keys(known)
          .map(n => `--${n}`)
          .join(' ')}`,
      );
    }
    const field = name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
    if (known[name] === true) values[field] = true;
    else if (++i < given.length) values[field] = known[name] === Number ? Number(given[i]) : given[i];
    else throw new Error(`--${name} needs a value`);
    if (known[name] === Number && !Number.isFinite(values[field])) throw new Error(`--${name} needs a number`);
  }
  return values;
}
