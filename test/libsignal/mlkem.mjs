// ML-KEM and, around it, Kyber of round 3, by the package `mlkem`: an implementation that shares nothing with ours.
//
//   node mlkem.mjs golden   prints test/Fluister.Tests/Cryptography/vectors/ml-kem.json
//   node mlkem.mjs          answers requests, one JSON object a line: {"set", "op", ...} with bytes in base64
//                           generate: seed -> publicKey, privateKey
//                           encapsulate: publicKey, random -> ciphertext, shared; or error
//                           decapsulate: privateKey, ciphertext -> shared; or error
//
// Seeds and randomness of the golden file are those of NIST's known-answer tests: AES-256-CTR-DRBG (SP 800-90A) without a
// derivation function, begun with the bytes 0 to 47. Hashes are SHA3-256. "rejected" is the shared secret of the ciphertext
// whose byte (37 times the entry's number, modulo the length) has its lowest bit turned.

import { createCipheriv } from 'node:crypto';
import { createInterface } from 'node:readline';
import { createMlKem768, createMlKem1024, sha3_256, shake256 } from 'mlkem';

const join = (...parts) => Uint8Array.from(Buffer.concat(parts));
const hash = (...parts) => sha3_256(join(...parts));

// The three hashes in which round 3 differs (FIPS 203, appendix C). The secret of a ciphertext that is not authentic goes
// through the last of them too, as libsignal has it.
function roundThree(kem) {
  kem._kBuf = new Uint8Array(0);
  const bind = (secret, ciphertext) => shake256.create({ dkLen: 32 }).update(join(secret, hash(ciphertext))).digest();
  return {
    deriveKeyPair: (seed) => kem.deriveKeyPair(seed),
    encap: (publicKey, random) => {
      const [ciphertext, secret] = kem.encap(publicKey, hash(random));
      return [ciphertext, bind(secret, ciphertext)];
    },
    decap: (ciphertext, privateKey) => bind(kem.decap(ciphertext, privateKey), ciphertext),
  };
}

const sets = {
  'ML-KEM-768': await createMlKem768(),
  'ML-KEM-1024': await createMlKem1024(),
  'Kyber-768': roundThree(await createMlKem768()),
  'Kyber-1024': roundThree(await createMlKem1024()),
};

class Drbg {
  #key = Buffer.alloc(32);
  #counter = Buffer.alloc(16);

  constructor(seed) {
    this.#update(seed);
  }

  take(length) {
    const bytes = this.#blocks(Math.ceil(length / 16)).subarray(0, length);
    this.#update(Buffer.alloc(48));
    return bytes;
  }

  #update(provided) {
    const fresh = this.#blocks(3).map((byte, i) => byte ^ provided[i]);
    this.#key = fresh.subarray(0, 32);
    this.#counter = fresh.subarray(32);
  }

  #blocks(count) {
    const cipher = createCipheriv('aes-256-ecb', this.#key, null);
    return Buffer.concat(Array.from({ length: count }, () => {
      for (let i = 15; i >= 0 && (this.#counter[i] = (this.#counter[i] + 1) & 255) === 0; i--);
      return cipher.update(this.#counter);
    }));
  }
}

function golden() {
  const hex = (bytes) => Buffer.from(bytes).toString('hex');
  const seeds = new Drbg(Buffer.from(Array.from({ length: 48 }, (_, i) => i)));
  const inputs = Array.from({ length: 25 }, () => {
    const drbg = new Drbg(seeds.take(48));
    return { seed: join(drbg.take(32), drbg.take(32)), random: Uint8Array.from(drbg.take(32)) };
  });
  return Object.fromEntries(Object.entries(sets).map(([name, kem]) => [name, inputs.map(({ seed, random }, number) => {
    const [publicKey, privateKey] = kem.deriveKeyPair(seed);
    const [ciphertext, shared] = kem.encap(publicKey, random);
    const turned = ciphertext.slice();
    turned[(37 * number) % turned.length] ^= 1;
    return {
      seed: hex(seed),
      publicKeyHash: hex(hash(publicKey)),
      privateKeyHash: hex(hash(privateKey)),
      random: hex(random),
      ciphertextHash: hex(hash(ciphertext)),
      shared: hex(shared),
      rejected: hex(kem.decap(turned, privateKey)),
    };
  })]));
}

const operations = {
  generate: (kem, { seed }) => {
    const [publicKey, privateKey] = kem.deriveKeyPair(seed);
    return { publicKey, privateKey };
  },
  encapsulate: (kem, { publicKey, random }) => {
    const [ciphertext, shared] = kem.encap(publicKey, random);
    return { ciphertext, shared };
  },
  decapsulate: (kem, { privateKey, ciphertext }) => ({ shared: kem.decap(ciphertext, privateKey) }),
};

function answer({ set, op, ...fields }) {
  try {
    const bytes = Object.fromEntries(Object.entries(fields).map(([name, text]) => [name, Uint8Array.from(Buffer.from(text, 'base64'))]));
    const result = operations[op](sets[set], bytes);
    return Object.fromEntries(Object.entries(result).map(([name, value]) => [name, Buffer.from(value).toString('base64')]));
  } catch (error) {
    return { error: String(error.message) };
  }
}

if (process.argv[2] === 'golden') {
  console.log(JSON.stringify(golden(), null, 1));
} else {
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(answer(JSON.parse(line))));
  }
}
