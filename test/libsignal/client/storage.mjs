// What a person's devices keep in step: a manifest and its records, encrypted with a key of the account's.
import { randomBytes } from 'node:crypto';
import { applicationOperations as ciphers } from '../application.mjs';
import { decode, encode } from '../protos.mjs';

const nonce = () => new Uint8Array(randomBytes(12));
const protobuf = { 'content-type': 'application/x-protobuf' };

const owner = async person => {
  const { username, password } = await person.getJson(person.chat, 'GET', '/v1/storage/auth');
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
};

const keyOf = person => person.svrKey.deriveStorageServiceKey();

// The manifest and every record; null where nothing was written yet.
export const read = async person => {
  const headers = await owner(person);
  const answered = await person.ask(person.anonymous, 'GET', '/v1/storage/manifest', { headers });
  if (answered.status === 404) return null;
  const { said } = decode('StorageManifest', answered.body);
  const storageKey = keyOf(person);
  const key = { key: ciphers['storage.manifestKey']({ storageKey, version: Number(said.version) }) };
  const manifest = decode('ManifestRecord', ciphers['profile.decrypt']({ ...key, blob: said.value }));
  const keys = (manifest.said.identifiers ?? []).map(({ raw }) => raw);
  const body = encode('ReadOperation', { readKey: keys });
  const options = { headers: { ...headers, ...protobuf }, body };
  const items = decode('StorageItems', (await person.get(person.anonymous, 'PUT', '/v1/storage/read', options)).body);
  const records = (items.said.items ?? []).map(({ key: itemId, value: blob }) => {
    const { recordIkm: recordKey } = manifest.said;
    const record = decode('StorageRecord', ciphers['storage.decryptItem']({ storageKey, recordKey, itemId, blob }));
    return { id: itemId, record: record.said, unknown: record.unknown };
  });
  return { manifest: manifest.said, unknown: manifest.unknown, records };
};

const kinds = ['contact', 'groupV1', 'groupV2', 'account', 'storyDistributionList', 'stickerPack', 'callLink', 'chatFolder'];

// Writes these records in place of all that was there.
export const write = async (person, { records }) => {
  const before = await read(person);
  const version = Number(before?.manifest.version ?? 0) + 1;
  const storageKey = keyOf(person);
  const recordKey = before?.manifest.recordIkm ?? new Uint8Array(randomBytes(32));
  const items = records.map(record => {
    const id = new Uint8Array(randomBytes(16));
    const value = ciphers['storage.encryptItem']({
      storageKey,
      recordKey,
      itemId: id,
      nonce: nonce(),
      record: encode('StorageRecord', record),
    });
    return { id, value, kind: kinds.indexOf(Object.keys(record)[0]) + 1 };
  });
  const manifest = encode('ManifestRecord', {
    version,
    sourceDevice: person.device,
    recordIkm: recordKey,
    identifiers: items.map(({ id, kind }) => ({ raw: id, type: kind })),
  });
  const value = ciphers['storage.encryptManifest']({ storageKey, version, nonce: nonce(), record: manifest });
  const body = encode('WriteOperation', {
    manifest: { version, value },
    insertItem: items.map(({ id, value: blob }) => ({ key: id, value: blob })),
    clearAll: true,
  });
  await person.get(person.anonymous, 'PUT', '/v1/storage', { headers: { ...(await owner(person)), ...protobuf }, body });
  return { version };
};
