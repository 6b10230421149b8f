// The official libsignal package behind standard input and output, one JSON object a line.
//
//   {"id": 1, "op": "key.agree", "privateKey": {"$": "base64"}, ...}  ->  {"id": 1, "ok": {"$": "base64"}}
//                                                       or  {"id": 1, "error": {"name", "code", "message"}}
//
// Bytes are {"$": base64} in both directions. Requests are done one after the other in the order in which they came, so a
// client may write many before it reads. Ends with its standard input. The operations: README.md and operations*.mjs.
import { createInterface } from 'node:readline';
import { operations } from './operations.mjs';

const read = (_, value) =>
  value !== null && typeof value === 'object' && typeof value.$ === 'string' ? new Uint8Array(Buffer.from(value.$, 'base64')) : value;

// Numbers beyond 2^53 (timestamps of 64 bits) come as big integers from the package.
const write = value => {
  if (value instanceof Uint8Array) return { $: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(write);
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, write(inner)]));
  }
  return value ?? null;
};

const answer = async line => {
  let id = null;
  try {
    const request = JSON.parse(line, read);
    id = request.id ?? null;
    const operation = Object.hasOwn(operations, request.op) ? operations[request.op] : null;
    if (!operation) throw new Error(`there is no operation ${request.op}`);
    return { id, ok: write(await operation(request)) };
  } catch (error) {
    return { id, error: { name: error.name ?? 'Error', code: error.code ?? -1, message: String(error.message ?? error) } };
  }
};

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  if (line.length > 0) process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
}
