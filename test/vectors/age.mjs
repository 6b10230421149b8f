// Prints the C2SP age test vectors, one a line: name, space, base64 of the file.
import * as vectors from 'cctv-age';

for (const [name, bytes] of Object.entries(vectors)) {
  if (bytes instanceof Uint8Array) {
    console.log(`${name} ${Buffer.from(bytes).toString('base64')}`);
  }
}
