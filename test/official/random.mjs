import { createHash } from 'node:crypto';

/** Numbers that depend on the seed alone (xoshiro128**, Blackman and Vigna). */
export class Random {
  constructor(seed) {
    const state = createHash('sha256').update(`fluister-official:${seed}`).digest();
    this.a = state.readUInt32LE(0);
    this.b = state.readUInt32LE(4);
    this.c = state.readUInt32LE(8);
    this.d = state.readUInt32LE(12) | 1;
  }

  next() {
    const product = Math.imul(this.b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const t = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= t;
    this.d = (this.d << 11) | (this.d >>> 21);
    return result;
  }

  /** 0 to below the limit. */
  below(limit) {
    return Math.floor((this.next() / 4294967296) * limit);
  }

  /** From first to last, both included. */
  between(first, last) {
    return first + this.below(last - first + 1);
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  /** True once in so many times. */
  once(times) {
    return this.below(times) === 0;
  }

  hex(bytes) {
    let text = '';
    while (text.length < bytes * 2) text += this.next().toString(16).padStart(8, '0');
    return text.slice(0, bytes * 2);
  }

  bytes(count) {
    return Buffer.from(this.hex(count), 'hex');
  }

  uuid() {
    const hex = this.hex(16);
    const variant = '89ab'[parseInt(hex[16], 16) & 3];
    return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, variant + hex.slice(17, 20), hex.slice(20)].join('-');
  }
}
