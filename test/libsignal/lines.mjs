// Operations behind standard input and output, one JSON object a line.
//
//   {"id": 1, "op": "key.agree", "privateKey": {"$": "base64"}, ...}  ->  {"id": 1, "ok": {"$": "base64"}}
//                                        or  {"id": 1, "error": {"name", "code", "message", "details"}}
//
// Bytes are {"$": base64} in both directions. Ends with its standard input.
import { createInterface } from 'node:readline';

const read = (_, value) =>
  value !== null && typeof value === 'object' && typeof value.$ === 'string' ? new Uint8Array(Buffer.from(value.$, 'base64')) : value;

// Numbers beyond 2^53 (timestamps of 64 bits) come as big integers from the package; keys and ids as objects of its own.
const write = value => {
  if (value instanceof Uint8Array) return { $: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(write);
  if (value instanceof Set) return [...value].map(write);
  if (value instanceof Map) return write(Object.fromEntries(value));
  if (value instanceof URL) return value.href;
  if (value instanceof Date) return value.getTime();
  if (typeof value?.getServiceIdString === 'function') return value.getServiceIdString();
  if (typeof value?.serialize === 'function') return write(value.serialize());
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, write(inner)]));
  }
  return value ?? null;
};

// What an error says beside its name: devices that do not match, the time to wait.
const details = error => {
  const said = {};
  for (const name of ['entries', 'retryAfterSecs', 'token', 'options']) {
    if (error[name] !== undefined) said[name] = write(error[name] instanceof Set ? [...error[name]] : error[name]);
  }
  return said;
};

const answer = async (operations, line) => {
  let id = null;
  try {
    const request = JSON.parse(line, read);
    id = request.id ?? null;
    const operation = Object.hasOwn(operations, request.op) ? operations[request.op] : null;
    if (!operation) throw new Error(`there is no operation ${request.op}`);
    return { id, ok: write(await operation(request)) };
  } catch (error) {
    const message = String(error.message ?? error);
    return { id, error: { name: error.name ?? 'Error', code: error.code ?? -1, message, details: details(error) } };
  }
};

const say = answered => void process.stdout.write(`${JSON.stringify(answered)}\n`);

// One after the other in the order in which they came, so that a client may write many before it reads; or each at once,
// where operations wait for something that another brings about.
export const serve = async (operations, { inOrder }) => {
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    if (line.length === 0) continue;
    const answered = answer(operations, line).then(say);
    if (inOrder) await answered;
  }
};
