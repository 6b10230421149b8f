// Files, as applications handle them: encrypted here, uploaded with TUS to where the server's form says, downloaded by their key.
import { randomBytes } from 'node:crypto';
import { request } from 'node:https';
import { applicationOperations as ciphers } from '../application.mjs';
import { operations } from '../operations.mjs';

const longest = 64 << 20;
const pem = der => `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE-----\n`;

const ask = (person, method, path, headers, body) =>
  new Promise((resolve, reject) => {
    const options = { host: 'localhost', port: person.port, ca: pem(person.authority), method, path, headers };
    const asked = request(options, response => {
      const parts = [];
      let length = 0;
      response.on('data', part => {
        parts.push(part);
        if ((length += part.length) > longest) asked.destroy(new Error('too long'));
      });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) }));
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end(body);
  });

// Uploads bytes as they are, in so many pieces; gives where they lie.
export const put = async (person, bytes, pieces = 1) => {
  const form = await person.chat.getUploadForm({ uploadSize: BigInt(bytes.length) });
  const path = `${form.signedUploadUrl.pathname}${form.signedUploadUrl.search}`;
  const key = `/${form.key}`;
  const given = { ...Object.fromEntries(form.headers), 'Tus-Resumable': '1.0.0' };
  const size = Math.ceil(bytes.length / pieces);
  const metadata = `filename ${Buffer.from(form.key).toString('base64')}`;
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size);
    const type = { 'Content-Type': 'application/offset+octet-stream', 'Content-Length': piece.length };
    const begin = { 'Upload-Length': bytes.length, 'Upload-Metadata': metadata };
    const answered =
      at === 0
        ? await ask(person, 'POST', path, { ...given, ...type, ...begin }, piece)
        : await ask(person, 'PATCH', path.replace(/\/?$/, key), { ...given, ...type, 'Upload-Offset': at }, piece);
    if (![201, 204].includes(answered.status)) throw new Error(`the upload was answered with ${answered.status} ${answered.body}`);
  }
  return { cdn: form.cdn, key: form.key };
};

// Encrypts and uploads a file, and gives the pointer to it. Whoever wants to lie changes what is given.
export const upload = async (person, { plaintext, contentType, fileName, flags, chunkSize, pieces, ...more }) => {
  const key = new Uint8Array(randomBytes(64));
  const nonce = new Uint8Array(randomBytes(16));
  const made = ciphers['attachment.encrypt']({ key, nonce, plaintext, chunkSize });
  const place = await put(person, made.bytes, pieces);
  return {
    cdnKey: place.key,
    cdnNumber: place.cdn,
    contentType,
    key,
    size: plaintext.length,
    digest: made.digest,
    fileName,
    flags,
    uploadTimestamp: Date.now(),
    ...(chunkSize ? { chunkSize, incrementalMac: made.macs } : {}),
    ...more,
  };
};

// Downloads what a pointer means, and holds it against everything that the pointer says.
export const download = async (person, pointer) => {
  const answered = await ask(person, 'GET', `/attachments/${pointer.cdnKey}`, {});
  if (answered.status !== 200) throw new Error(`the download was answered with ${answered.status}`);
  const bytes = new Uint8Array(answered.body);
  if (pointer.incrementalMac) validate(pointer, bytes);
  return ciphers['attachment.decrypt']({ key: pointer.key, bytes, digest: pointer.digest, size: pointer.size });
};

// The package's own check of a file while it is still coming.
const validate = (pointer, message) => {
  const { chunkSize, incrementalMac: digests } = pointer;
  const validated = operations['mac.validate']({ key: pointer.key.subarray(32), chunkSize, digests, message });
  if (!validated || validated.includes(-1)) throw new Error('the incremental MAC is wrong');
};
