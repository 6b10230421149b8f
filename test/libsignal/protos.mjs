// Signal's messages as Signal's own package @signalapp/mock-server compiles them: field numbers and types here are not ours.
//
// The package has code and no descriptors; what a message's fields are is read from the functions that decode and encode it.
// Between JSON and the package: members of a oneof stand beside the others, numbers of 64 bits are numbers, and what is not set
// is not there. What the package does not know is told apart, since a counterpart should not hear anything that it does not know.
import { createRequire } from 'node:module';

const { signalservice } = createRequire(import.meta.url)('@signalapp/mock-server/protos/compiled.js');

// The kinds of a field by the package's numbers; an enumeration is one of 256 more.
const kinds = new Map(
  Object.entries({
    int32: 17,
    uint32: 33,
    sint32: 49,
    bool: 65,
    int64: 18,
    uint64: 34,
    sint64: 50,
    fixed32: 35,
    sfixed32: 19,
    float: 83,
    fixed64: 36,
    sfixed64: 20,
    double: 84,
    bytes: 96,
    string: 112,
    message: 128,
  }).map(([name, number]) => [number, name]),
);
const wide = new Set(['int64', 'uint64', 'sint64', 'fixed64', 'sfixed64']);
const enumeration = 256;
const packed = 512;

const typeOf = name => name.split('.').reduce((scope, part) => scope?.[part], signalservice);
const described = new Map();

// Each case of a decoder: `res.x = …`, `res.x.push(…)` or `res.oneof = { x: … }`, with the type that a nested message is decoded by.
const cases = /case (\d+):([\s\S]*?)break;/g;
const assigned = /res\.(\w+)(?:\.push\(|\s*=\s*)(\{\s*(\w+):)?/;
const nested = /signalservice\.([\w.]+)\.decode\(/;
const written = /i: (\d+),\s*t: (\d+)/g;

export const describe = name => {
  if (described.has(name)) return described.get(name);
  const type = typeOf(name);
  if (typeof type?.decode !== 'function') throw new Error(`the package has no message ${name}`);
  const codes = new Map([...type.$f.toString().matchAll(written)].map(([, number, code]) => [Number(number), Number(code)]));
  const fields = [];
  for (const [, number, body] of type.decode.toString().matchAll(cases)) {
    const [, first, , inner] = assigned.exec(body);
    const code = codes.get(Number(number)) & ~packed;
    fields.push({
      number: Number(number),
      name: inner ?? first,
      oneof: inner ? first : null,
      repeated: new RegExp(`\\b${inner ?? first}: \\[\\]`).test(type.decode.toString()),
      kind: code & enumeration ? 'enum' : kinds.get(code),
      type: nested.exec(body)?.[1] ?? null,
    });
  }
  described.set(name, fields);
  return fields;
};

// Every message and every enumeration below a message, with itself.
export const describeAll = (name = null, found = { messages: {}, enums: {} }) => {
  const scope = name === null ? signalservice : typeOf(name);
  if (typeof scope.decode === 'function') found.messages[name] = describe(name);
  for (const [part, inner] of Object.entries(scope)) {
    if (inner === null || typeof inner !== 'object') continue;
    const path = name === null ? part : `${name}.${part}`;
    const numbers = Object.entries(inner).filter(([key, value]) => Number.isNaN(Number(key)) && typeof value === 'number');
    if (numbers.length > 0) found.enums[path] = Object.fromEntries(numbers);
    else describeAll(path, found);
  }
  return found;
};

const take = (field, value) => {
  if (field.type) return toPackage(field.type, value);
  return wide.has(field.kind) && typeof value === 'number' ? BigInt(value) : value;
};
const toPackage = (name, said) => {
  const fields = describe(name);
  const strange = Object.keys(said).find(key => !fields.some(field => field.name === key));
  if (strange !== undefined) throw new Error(`${name} has no ${strange}`);
  const made = {};
  for (const field of fields) {
    const value = said[field.name];
    if (value === undefined || value === null) continue;
    const taken = field.repeated ? value.map(one => take(field, one)) : take(field, value);
    if (field.oneof) made[field.oneof] = { [field.name]: taken };
    else made[field.name] = taken;
  }
  return made;
};

const give = (field, value, unknown, path) => {
  if (field.type) return fromPackage(field.type, value, unknown, path);
  return value instanceof Uint8Array ? new Uint8Array(value) : value;
};
const fromPackage = (name, made, unknown, path) => {
  for (const strange of made.$unknown) unknown.push(`${path}: ${Buffer.from(strange).toString('hex')}`);
  const said = {};
  for (const field of describe(name)) {
    const value = field.oneof ? made[field.oneof]?.[field.name] : made[field.name];
    if (value === undefined || value === null || (field.repeated && value.length === 0)) continue;
    const way = `${path}.${field.name}`;
    said[field.name] = field.repeated ? value.map(one => give(field, one, unknown, way)) : give(field, value, unknown, way);
  }
  return said;
};

export const encode = (name, said) => new Uint8Array(typeOf(name).encode(toPackage(name, said)));

// What the bytes say, and what they hold that the package does not know.
export const decode = (name, bytes) => {
  const unknown = [];
  return { said: fromPackage(name, typeOf(name).decode(bytes), unknown, name), unknown };
};

// Messages one after the other, each behind its length, as files of contacts have them; each may have bytes of its own after it.
export const decodeDelimited = (name, bytes) => {
  const found = [];
  for (let at = 0; at < bytes.length; ) {
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      length += (bytes[at] & 127) * 2 ** shift;
      if (bytes[at++] < 128) break;
    }
    const { said } = decode(name, bytes.subarray(at, at + length));
    at += length + Number(said.avatar?.length ?? 0);
    found.push(said);
  }
  return found;
};
