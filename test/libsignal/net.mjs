// The official client's network stack, in its mode for a server on this machine, behind standard input and output: lines.mjs has
// the form. All of the oracle's operations are there too, so that one process holds a client with its keys and its connections.
// Requests are done at once, not in order: `chat.next` waits for what another request brings about.
//
//   net.open      net, port, authority, http (1 or 2), config?       a client of the server on that port
//   net.config    net, config                                        remote config for connections made afterwards
//   net.register  net, party, number, token, code, ...               an account by invite; answers aci, pni, password, ...
//   chat.connect  net, chat, username?, password?, receiveStories?   a connection; without a username an anonymous one
//   chat.next     chat                                               waits for the next event: message, empty, alerts, interrupted
//   chat.answer   chat, message, status                              answers a message that came
//   chat.fetch    chat, verb, path, headers?, body?                  any request
//   chat.call     chat, method, arguments                            any of the typed functions of a connection
//   chat.disconnect chat
//
// Arguments of chat.call that JSON has no form for: {"serviceId": text}, {"big": text}, {"ciphertext": name of a kept message},
// {"publicKey": bytes}, {"kemPublicKey": bytes}, {"svrKey": bytes}, {"set": list}.
import { randomBytes, randomInt } from 'node:crypto';
import * as signal from '@signalapp/libsignal-client';
import { SvrKey } from '@signalapp/libsignal-client/dist/AccountKeys.js';
import { serve } from './lines.mjs';
import { found, parties } from './named.mjs';
import { operations } from './operations.mjs';
import { Party } from './party.mjs';

const { Net } = signal;
const patience = 60_000;
const nets = new Map();
const chats = new Map();

const named = (map, name) => {
  if (!map.has(name)) throw new Error(`there is nothing by the name ${name}`);
  return map.get(name);
};

// Events of a connection, kept until they are asked for.
class Events {
  waiting = [];
  queue = [];
  acknowledgements = new Map();
  last = 0;

  add(event) {
    const next = this.waiting.shift();
    if (next) next(event);
    else this.queue.push(event);
  }

  next() {
    if (this.queue.length > 0) return this.queue.shift();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting = this.waiting.filter(waiting => waiting !== take);
        reject(new Error('nothing came'));
      }, patience);
      const take = event => {
        clearTimeout(timer);
        resolve(event);
      };
      this.waiting.push(take);
    });
  }

  listener = {
    onIncomingMessage: (envelope, timestamp, acknowledgement) => {
      const message = ++this.last;
      this.acknowledgements.set(message, acknowledgement);
      this.add({ event: 'message', envelope, timestamp, message });
    },
    onQueueEmpty: () => this.add({ event: 'empty' }),
    onReceivedAlerts: alerts => {
      if (alerts.length > 0) this.add({ event: 'alerts', alerts });
    },
    onConnectionInterrupted: cause => this.add({ event: 'interrupted', name: cause?.name ?? null, message: cause?.message ?? null }),
    onReceivedAddress: (address, acknowledgement) => {
      const message = ++this.last;
      this.acknowledgements.set(message, acknowledgement);
      this.add({ event: 'address', address, message });
    },
    onReceivedEnvelope: (envelope, acknowledgement) => {
      const message = ++this.last;
      this.acknowledgements.set(message, acknowledgement);
      this.add({ event: 'envelope', envelope, message });
    },
  };
}

const settings = config => new Map(Object.entries(config ?? {}));

const open = r => {
  const net = new Net.Net({
    localTestServer: true,
    userAgent: 'fluister-test',
    TESTING_localServer_chatPort: r.port,
    TESTING_localServer_cdsiPort: 9,
    TESTING_localServer_svr2Port: 9,
    TESTING_localServer_svrBPort: 9,
    TESTING_localServer_rootCertificateDer: r.authority,
    TESTING_localServer_httpVersion: r.http,
  });
  net.setRemoteConfig(settings(r.config), Net.BuildVariant.Production);
  nets.set(r.net, net);
};

const published = (bundle, publicName, idName, signatureName, type) => ({
  id: () => bundle[idName],
  publicKey: () => type.deserialize(bundle[publicName]),
  signature: () => bundle[signatureName],
});
const signedOf = bundle => published(bundle, 'signedPreKey', 'signedPreKeyId', 'signedPreKeySignature', signal.PublicKey);
const kyberOf = bundle => published(bundle, 'kyberPreKey', 'kyberPreKeyId', 'kyberPreKeySignature', signal.KEMPublicKey);

// The whole of registration: the invite's token stands where the captcha does, its code where the code that was sent does.
const register = async r => {
  const service = await named(nets, r.net).createRegistrationSession({ e164: r.number });
  await service.submitCaptcha(`signal-hcaptcha.site.registration.${r.token}`);
  await service.requestVerification({ transport: 'sms', client: 'fluister-test', languages: ['en'] });
  if (!(await service.verifySession(r.code))) throw new Error('the code was not taken');
  const parts = { aci: new Party({ address: 'not yet known' }), pni: new Party({ address: 'not yet known' }) };
  const bundles = {
    aci: (await parts.aci.makeBundle({ oneTime: false, lastResort: true })).bundle,
    pni: (await parts.pni.makeBundle({ oneTime: false, lastResort: true })).bundle,
  };
  const password = r.password ?? randomBytes(16).toString('hex');
  const accessKey = r.accessKey ?? new Uint8Array(randomBytes(16));
  const recoveryPassword = new Uint8Array(randomBytes(32));
  const registered = await service.registerAccount({
    accountPassword: password,
    skipDeviceTransfer: true,
    accountAttributes: new Net.AccountAttributes({
      aciRegistrationId: parts.aci.registrationId,
      pniRegistrationId: parts.pni.registrationId,
      recoveryPassword,
      registrationLock: null,
      unidentifiedAccessKey: accessKey,
      unrestrictedUnidentifiedAccess: r.unrestricted ?? false,
      capabilities: new Set(r.capabilities ?? ['storage']),
      discoverableByPhoneNumber: true,
    }),
    aciPublicKey: parts.aci.identity.publicKey,
    aciSignedPreKey: signedOf(bundles.aci),
    aciPqLastResortPreKey: kyberOf(bundles.aci),
    pniPublicKey: parts.pni.identity.publicKey,
    pniSignedPreKey: signedOf(bundles.pni),
    pniPqLastResortPreKey: kyberOf(bundles.pni),
  });
  for (const kind of ['aci', 'pni']) {
    parts[kind].address = signal.ProtocolAddress.new(registered[kind].getServiceIdString(), 1);
    parties.set(kind === 'aci' ? r.party : `${r.party} pni`, parts[kind]);
  }
  return {
    aci: registered.aci,
    pni: registered.pni,
    number: registered.number,
    password,
    accessKey,
    recoveryPassword,
    registrationId: parts.aci.registrationId,
    pniRegistrationId: parts.pni.registrationId,
    identityKey: parts.aci.identity.publicKey,
    reregistration: registered.reregistration,
    storageCapable: registered.storageCapable,
  };
};

const connect = async r => {
  const net = named(nets, r.net);
  const events = new Events();
  const options = r.languages ? { languages: r.languages } : undefined;
  const chat = r.provisioning
    ? await net.connectProvisioning(events.listener, options)
    : r.username === undefined
      ? await net.connectUnauthenticatedChat(events.listener, options)
      : await net.connectAuthenticatedChat(r.username, r.password, r.receiveStories ?? false, events.listener, options);
  chats.set(r.chat, { chat, events });
  return { localPort: chat.connectionInfo().localPort };
};

const revive = value => {
  if (value instanceof Uint8Array || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value.serviceId === 'string') return signal.ServiceId.parseFromServiceIdString(value.serviceId);
  if (typeof value.big === 'string') return BigInt(value.big);
  if (typeof value.ciphertext === 'string') return found(value.ciphertext);
  if (value.publicKey instanceof Uint8Array && Object.keys(value).length === 1) return signal.PublicKey.deserialize(value.publicKey);
  if (value.kemPublicKey instanceof Uint8Array) return signal.KEMPublicKey.deserialize(value.kemPublicKey);
  if (value.svrKey instanceof Uint8Array) return new SvrKey(value.svrKey);
  if (Array.isArray(value.set)) return new Set(value.set);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, revive(inner)]));
};

// What a bundle of the service holds, in the names that bundle.process takes.
const bundleOf = bundle => ({
  registrationId: bundle.registrationId(),
  device: bundle.deviceId(),
  preKeyId: bundle.preKeyId(),
  preKey: bundle.preKeyPublic()?.serialize() ?? null,
  signedPreKeyId: bundle.signedPreKeyId(),
  signedPreKey: bundle.signedPreKeyPublic().serialize(),
  signedPreKeySignature: bundle.signedPreKeySignature(),
  identityKey: bundle.identityKey().serialize(),
  kyberPreKeyId: bundle.kyberPreKeyId(),
  kyberPreKey: bundle.kyberPreKeyPublic().serialize(),
  kyberPreKeySignature: bundle.kyberPreKeySignature(),
});
const shown = value =>
  value?.preKeyBundles ? { identityKey: value.identityKey, bundles: value.preKeyBundles.map(bundleOf) } : value;

const netOperations = {
  'net.open': open,
  'net.config': r => named(nets, r.net).setRemoteConfig(settings(r.config), Net.BuildVariant.Production),
  'net.register': register,
  'net.number': () => `+3197${String(randomInt(1e9)).padStart(9, '0')}`,
  'chat.connect': connect,
  'chat.next': r => named(chats, r.chat).events.next(),
  'chat.answer': r => {
    const { acknowledgements } = named(chats, r.chat).events;
    named(acknowledgements, r.message).send(r.status);
    acknowledgements.delete(r.message);
  },
  'chat.fetch': async r => {
    const headers = Object.entries(r.headers ?? {});
    const answered = await named(chats, r.chat).chat.fetch({ verb: r.verb, path: r.path, headers, body: r.body, timeoutMillis: patience });
    return { status: answered.status, reason: answered.message, headers: Object.fromEntries(answered.headers), body: answered.body };
  },
  'chat.call': async r => {
    const { chat } = named(chats, r.chat);
    if (typeof chat[r.method] !== 'function') throw new Error(`a connection has no ${r.method}`);
    return shown(await chat[r.method](...(r.arguments ?? []).map(revive)));
  },
  'chat.disconnect': async r => {
    const { chat } = named(chats, r.chat);
    chats.delete(r.chat);
    await chat.disconnect();
  },
};

await serve({ ...operations, ...netOperations }, { inOrder: false });
process.exit(0);
