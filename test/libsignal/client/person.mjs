// A person with one device, as an application of Signal's is one: registers or is linked, stays connected, keeps what it knows of
// others. What it sends and takes is in sending.mjs and receiving.mjs.
import { randomBytes } from 'node:crypto';
import { Aci, PublicKey, ProtocolAddress } from '@signalapp/libsignal-client';
import { AccountEntropyPool, SvrKey } from '@signalapp/libsignal-client/dist/AccountKeys.js';
import * as zk from '@signalapp/libsignal-client/zkgroup.js';
import { applicationOperations as ciphers } from '../application.mjs';
import { parties } from '../named.mjs';
import { operations } from '../operations.mjs';
import { Events, named, netOperations, nets, register, registerWithoutNumber } from '../net-operations.mjs';
import { Device } from './device.mjs';
import { receive } from './receiving.mjs';

const patience = 60_000;
export const json = value => new Uint8Array(Buffer.from(JSON.stringify(value)));

export class Person {
  device = 1;
  people = new Map();
  sent = new Map();
  events = new Events();
  receipts = true;
  retries = true;
  work = Promise.resolve();
  sessions = Promise.resolve();
  certificate = null;

  constructor({ net, port, authority, trustRoot }) {
    Object.assign(this, { net, port, authority, trustRoot: PublicKey.deserialize(trustRoot) });
  }

  // Sessions are read, used and written by one at a time.
  alone(work) {
    const done = this.sessions.then(work);
    this.sessions = done.catch(() => {});
    return done;
  }

  // Keys of an account that is registered now; a linked device is handed them.
  draw() {
    this.profileKey = new Uint8Array(randomBytes(32));
    this.entropyPool = AccountEntropyPool.generate();
  }

  get svrKey() {
    return new SvrKey(AccountEntropyPool.deriveSvrKey(this.entropyPool));
  }

  get accessKey() {
    return this.accessKeyOf(this.profileKey);
  }

  get address() {
    return ProtocolAddress.new(this.aci, this.device);
  }

  accessKeyOf(profileKey) {
    return new zk.ProfileKey(profileKey).deriveAccessKey();
  }

  // What is known of another person, or of this one's other devices: devices by number with the registration ids they drew.
  known(serviceId) {
    if (!this.people.has(serviceId)) this.people.set(serviceId, { devices: new Map(), profileKey: null });
    return this.people.get(serviceId);
  }

  async register({ token, code, number, receipt, capabilities, aci, recoveryPassword, again }) {
    if (again) Object.assign(this, { profileKey: again.profileKey, entropyPool: again.entropyPool });
    else this.draw();
    const party = `person ${randomBytes(8).toString('hex')}`;
    const given = {
      net: this.net,
      party,
      Party: Device,
      accessKey: this.accessKey,
      recoveryPassword: recoveryPassword ?? this.svrKey.deriveRegistrationRecoveryPassword(),
      capabilities: capabilities ?? ['storage', 'spqr', 'optionalPhoneNumber'],
    };
    const registered = receipt
      ? await registerWithoutNumber({ ...given, presentation: await this.buy(receipt, token, code) })
      : aci
        ? await registerWithoutNumber({ ...given, aci })
        : await register({ ...given, number: number ?? netOperations['net.number'](), token, code });
    this.password = registered.password;
    this.aci = registered.aci.getServiceIdString();
    this.pni = registered.pni?.getServiceIdString() ?? null;
    this.number = registered.number;
    this.credentialSalt = registered.credentialSalt ?? null;
    this.party = parties.get(party);
    this.pniParty = registered.pni ? parties.get(`${party} pni`) : null;
    this.reregistration = registered.reregistration;
    await this.connect();
    await this.publishKeys(10);
    await this.setProfile({ name: 'Nobody' });
  }

  // A receipt for an invite, which registers an account without a number.
  async buy({ public: params }, token, code) {
    const chat = `person ${randomBytes(8).toString('hex')}`;
    await netOperations['chat.connect']({ net: this.net, chat });
    const random = () => new Uint8Array(randomBytes(32));
    const { context } = operations['receipt.request']({ public: params, random: random(), serial: random().subarray(0, 16) });
    const credential = await netOperations['net.receipt']({ chat, purchase: `${token}.${code}`, context, public: params });
    await netOperations['chat.disconnect']({ chat });
    return operations['receipt.present']({ public: params, random: random(), credential });
  }

  async connect() {
    const net = named(nets, this.net);
    for (const party of [this.party, this.pniParty]) {
      if (party) party.whenChanged = person => this.events.add({ event: 'identity', person });
    }
    const listener = {
      onIncomingMessage: (envelope, _, acknowledgement) => {
        this.work = this.work.then(() => receive(this, envelope)).then(
          () => this.acknowledge(acknowledgement),
          error => this.events.add({ event: 'failed', name: error.name, message: String(error.stack ?? error) }),
        );
      },
      onQueueEmpty: () => {
        this.work = this.work.then(() => this.events.add({ event: 'empty' }));
      },
      onConnectionInterrupted: cause => this.events.add({ event: 'interrupted', name: cause?.name ?? null }),
    };
    this.anonymous = await net.connectUnauthenticatedChat({ onConnectionInterrupted: () => {} });
    this.chat = await net.connectAuthenticatedChat(`${this.aci}.${this.device}`, this.password, false, listener);
  }

  acknowledge(acknowledgement) {
    try {
      acknowledgement.send(200);
    } catch {
      // The connection ended meanwhile; it comes again.
    }
  }

  async disconnect() {
    await this.chat?.disconnect();
    await this.anonymous?.disconnect();
    await this.work;
  }

  async ask(chat, verb, path, { body, headers = {} } = {}) {
    const type = body && !headers['content-type'] ? { 'content-type': 'application/json' } : {};
    const all = Object.entries({ ...headers, ...type });
    return chat.fetch({ verb, path, headers: all, body, timeoutMillis: patience });
  }

  // The same, where anything but success is an error.
  async get(chat, verb, path, options) {
    const answered = await this.ask(chat, verb, path, options);
    if (answered.status < 200 || answered.status > 299) {
      throw Object.assign(new Error(`${verb} ${path}: ${answered.status} ${answered.message}`), { name: 'Status', code: answered.status });
    }
    return answered;
  }

  async getJson(chat, verb, path, options) {
    const { body } = await this.get(chat, verb, path, options);
    return JSON.parse(Buffer.from(body).toString('utf8'));
  }

  async publishKeys(oneTime, options) {
    for (const [kind, party] of [['aci', this.party], ['pni', this.pniParty]]) {
      if (party) await this.get(this.chat, 'PUT', `/v2/keys?identity=${kind}`, { body: json(await party.publish(oneTime, options)) });
    }
  }

  // Says who this person is to those who have the profile key.
  async setProfile({ name, about = '', emoji = '' }) {
    const key = new zk.ProfileKey(this.profileKey);
    const aci = Aci.parseFromServiceIdString(this.aci);
    const encrypt = (kind, text) => {
      const nonce = new Uint8Array(randomBytes(12));
      return Buffer.from(ciphers['profile.encrypt']({ key: this.profileKey, nonce, kind, text })).toString('base64');
    };
    const body = {
      version: Buffer.from(key.getProfileKeyVersion(aci).serialize()).toString('utf8'),
      commitment: Buffer.from(key.getCommitment(aci).serialize()).toString('base64'),
      name: encrypt('name', name),
      about: about ? encrypt('about', about) : null,
      aboutEmoji: emoji ? encrypt('emoji', emoji) : null,
      avatar: false,
      sameAvatar: false,
    };
    await this.get(this.chat, 'PUT', '/v1/profile', { body: json(body) });
  }

  // Another key for the profile, and with it another access key, which only those know who are told.
  async changeProfileKey() {
    this.profileKey = new Uint8Array(randomBytes(32));
    const attributes = {
      fetchesMessages: true,
      registrationId: this.party.registrationId,
      pniRegistrationId: this.pniParty?.registrationId,
      unidentifiedAccessKey: [...this.accessKey],
      unrestrictedUnidentifiedAccess: false,
      capabilities: { storage: true, spqr: true, optionalPhoneNumber: true },
      discoverableByPhoneNumber: true,
    };
    await this.get(this.chat, 'PUT', '/v1/accounts/attributes', { body: json(attributes) });
    await this.setProfile({ name: 'Nobody' });
  }

  // Another's profile, by the key that it told.
  async profileOf(serviceId, profileKey) {
    const key = profileKey ?? this.known(serviceId).profileKey;
    if (!key) throw new Error('no profile key is known');
    const version = new zk.ProfileKey(key).getProfileKeyVersion(Aci.parseFromServiceIdString(serviceId)).serialize();
    const headers = { 'unidentified-access-key': Buffer.from(this.accessKeyOf(key)).toString('base64') };
    const path = `/v1/profile/${serviceId}/${Buffer.from(version).toString('utf8')}`;
    const profile = await this.getJson(this.anonymous, 'GET', path, { headers });
    const read = blob => {
      if (!blob) return null;
      const text = Buffer.from(ciphers['profile.decrypt']({ key, blob: Buffer.from(blob, 'base64') })).toString('utf8');
      return text.replace(/\0+$/, '');
    };
    return { ...profile, name: read(profile.name), about: read(profile.about), aboutEmoji: read(profile.aboutEmoji) };
  }
}
