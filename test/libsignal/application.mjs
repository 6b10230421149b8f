// The ciphers that live in Signal's applications and not in libsignal, written a second time from the description of their
// formats (docs/APPLICATION-CIPHERS.md) with node:crypto. There is no official package to ask: this is the other opinion.
// Agreement on keys is libsignal's. Random values are arguments, so that the same input gives the same bytes.
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto';
import { PrivateKey, PublicKey } from '@signalapp/libsignal-client';
import * as Native from '@signalapp/libsignal-client/dist/Native.js';

const join = (...parts) => new Uint8Array(Buffer.concat(parts));
const zeros = length => new Uint8Array(length);
const hmac = (key, ...parts) => parts.reduce((hash, part) => hash.update(part), createHmac('sha256', key)).digest();
const sha256 = bytes => createHash('sha256').update(bytes).digest();
const same = (a, b, what) => {
  if (Buffer.compare(a, b) !== 0) throw new Error(`${what} differs`);
};
const agree = (privateKey, publicKey) => PrivateKey.deserialize(privateKey).agree(PublicKey.deserialize(publicKey));
const publicOf = privateKey => PrivateKey.deserialize(privateKey).getPublicKey().serialize();

// Protocol buffers: length-delimited fields only.
const varint = number => (number < 128 ? [number] : [(number & 127) | 128, ...varint(number >>> 7)]);
const field = (number, bytes) => join(Uint8Array.from([...varint((number << 3) | 2), ...varint(bytes.length)]), bytes);
const fields = bytes => {
  const found = {};
  let at = 0;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      value |= (bytes[at] & 127) << shift;
      if (bytes[at++] < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = number();
    const length = number();
    found[tag >> 3] = bytes.subarray(at, at + length);
    at += length;
  }
  return found;
};

const cbc = (key, nonce, plaintext) => {
  const cipher = createCipheriv('aes-256-cbc', key, nonce);
  return join(cipher.update(plaintext), cipher.final());
};
const uncbc = (key, nonce, ciphertext) => {
  const cipher = createDecipheriv('aes-256-cbc', key, nonce);
  return join(cipher.update(ciphertext), cipher.final());
};
const ctr = (key, text) => new Uint8Array(createCipheriv('aes-256-ctr', key, zeros(16)).update(text));

const gcm = (key, nonce, plaintext) => {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return join(nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
};
const ungcm = (key, blob) => {
  const cipher = createDecipheriv('aes-256-gcm', key, blob.subarray(0, 12));
  cipher.setAuthTag(blob.subarray(-16));
  return join(cipher.update(blob.subarray(12, -16)), cipher.final());
};

const padded = (text, lengths) => {
  const bytes = Buffer.from(text, 'utf8');
  return join(bytes, zeros(lengths.find(length => bytes.length <= length) - bytes.length));
};
const profileLengths = { name: [53, 257], about: [128, 254, 512], emoji: [32] };

const attachmentBucket = size => Math.max(541, Math.floor(1.05 ** Math.ceil(Math.log(size) / Math.log(1.05))));
const storageItemKey = ({ storageKey, recordKey, itemId }) =>
  recordKey
    ? Buffer.from(hkdfSync('sha256', recordKey, zeros(0), join(Buffer.from('20240801_SIGNAL_STORAGE_SERVICE_ITEM_'), itemId), 32))
    : hmac(storageKey, `Item_${Buffer.from(itemId).toString('base64')}`);
const provisioningKeys = shared => {
  const keys = Buffer.from(hkdfSync('sha256', shared, zeros(32), 'TextSecure Provisioning Message', 64));
  return [keys.subarray(0, 32), keys.subarray(32)];
};

export const applicationOperations = {
  'padding.pad': r => join(r.content, Uint8Array.of(0x80), zeros((80 - ((r.content.length + 2) % 80)) % 80)),

  'profile.encrypt': r => gcm(r.key, r.nonce, r.kind ? padded(r.text, profileLengths[r.kind]) : r.plaintext),
  'profile.decrypt': r => ungcm(r.key, r.blob),
  'profile.accessKeyVerifier': r => hmac(r.accessKey, zeros(32)),

  'device.encryptName': r => {
    const shared = agree(r.ephemeral, r.identityKey);
    const nonce = hmac(hmac(shared, 'auth'), r.name).subarray(0, 16);
    const ciphertext = ctr(hmac(hmac(shared, 'cipher'), nonce), Buffer.from(r.name, 'utf8'));
    return join(field(1, publicOf(r.ephemeral)), field(2, nonce), field(3, ciphertext));
  },
  'device.decryptName': r => {
    const { 1: ephemeral, 2: nonce, 3: ciphertext } = fields(r.bytes);
    const shared = agree(r.identity, ephemeral);
    const name = ctr(hmac(hmac(shared, 'cipher'), nonce), ciphertext);
    same(hmac(hmac(shared, 'auth'), name).subarray(0, 16), nonce, 'nonce');
    return Buffer.from(name).toString('utf8');
  },

  'provisioning.encrypt': r => {
    const [cipherKey, macKey] = provisioningKeys(agree(r.ephemeral, r.shown));
    const body = join(Uint8Array.of(1), r.nonce, cbc(cipherKey, r.nonce, r.message));
    return join(field(1, publicOf(r.ephemeral)), field(2, join(body, hmac(macKey, body))));
  },
  'provisioning.decrypt': r => {
    const { 1: ephemeral, 2: body } = fields(r.envelope);
    const [cipherKey, macKey] = provisioningKeys(agree(r.shown, ephemeral));
    same(hmac(macKey, body.subarray(0, -32)), body.subarray(-32), 'MAC');
    return uncbc(cipherKey, body.subarray(1, 17), body.subarray(17, -32));
  },

  'attachment.bucket': r => attachmentBucket(r.size),
  'attachment.encrypt': r => {
    const [cipherKey, macKey] = [r.key.subarray(0, 32), r.key.subarray(32)];
    const content = join(r.plaintext, zeros(attachmentBucket(r.plaintext.length) - r.plaintext.length));
    const body = join(r.nonce, cbc(cipherKey, r.nonce, content));
    const bytes = join(body, hmac(macKey, body));
    const mac = r.chunkSize ? { _nativeHandle: Native.IncrementalMac_Initialize(macKey, r.chunkSize) } : null;
    return {
      bytes,
      digest: sha256(bytes),
      plaintextHash: sha256(r.plaintext),
      macs: mac && join(Native.IncrementalMac_Update(mac, bytes, 0, bytes.length), Native.IncrementalMac_Finalize(mac)),
    };
  },
  'attachment.decrypt': r => {
    const [cipherKey, macKey] = [r.key.subarray(0, 32), r.key.subarray(32)];
    same(hmac(macKey, r.bytes.subarray(0, -32)), r.bytes.subarray(-32), 'MAC');
    same(sha256(r.bytes), r.digest, 'digest');
    return uncbc(cipherKey, r.bytes.subarray(0, 16), r.bytes.subarray(16, -32)).subarray(0, r.size);
  },

  'storage.manifestKey': r => hmac(r.storageKey, `Manifest_${r.version}`),
  'storage.itemKey': storageItemKey,
  'storage.encryptManifest': r => gcm(hmac(r.storageKey, `Manifest_${r.version}`), r.nonce, r.record),
  'storage.encryptItem': r => gcm(storageItemKey(r), r.nonce, r.record),
  'storage.decryptItem': r => ungcm(storageItemKey(r), r.blob),
};
