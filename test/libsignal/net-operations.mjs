// The operations of net.mjs: the official client's network stack. Its head lists them.
import { randomBytes, randomInt } from 'node:crypto';
import * as signal from '@signalapp/libsignal-client';
import { SvrKey } from '@signalapp/libsignal-client/dist/AccountKeys.js';
import * as zk from '@signalapp/libsignal-client/zkgroup.js';
import { found, parties } from './named.mjs';
import { Party } from './party.mjs';

const { Net } = signal;
const patience = 60_000;
export const nets = new Map();
const chats = new Map();

export const named = (map, name) => {
  if (!map.has(name)) throw new Error(`there is nothing by the name ${name}`);
  return map.get(name);
};

// Events of a connection, kept until they are asked for.
export class Events {
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
const newParty = r => new (r.Party ?? Party)({ address: 'not yet known' });
const lastResortOf = async party => (await party.makeBundle({ oneTime: false, lastResort: true })).bundle;
const attributesOf = (r, parts, secrets) =>
  new Net.AccountAttributes({
    aciRegistrationId: parts.aci.registrationId,
    pniRegistrationId: parts.pni.registrationId,
    recoveryPassword: secrets.recoveryPassword,
    registrationLock: null,
    unidentifiedAccessKey: secrets.accessKey,
    unrestrictedUnidentifiedAccess: r.unrestricted ?? false,
    capabilities: new Set(r.capabilities ?? ['storage', 'spqr']),
    discoverableByPhoneNumber: true,
  });
const secretsOf = r => ({
  password: r.password ?? randomBytes(16).toString('hex'),
  accessKey: r.accessKey ?? new Uint8Array(randomBytes(16)),
  recoveryPassword: r.recoveryPassword ?? new Uint8Array(randomBytes(32)),
});
export const register = async r => {
  const service = await named(nets, r.net).createRegistrationSession({ e164: r.number });
  await service.submitCaptcha(`signal-hcaptcha.site.registration.${r.token}`);
  await service.requestVerification({ transport: 'sms', client: 'fluister-test', languages: ['en'] });
  if (!(await service.verifySession(r.code))) throw new Error('the code was not taken');
  const parts = { aci: newParty(r), pni: newParty(r) };
  const bundles = { aci: await lastResortOf(parts.aci), pni: await lastResortOf(parts.pni) };
  const secrets = secretsOf(r);
  const registered = await service.registerAccount({
    accountPassword: secrets.password,
    skipDeviceTransfer: true,
    accountAttributes: attributesOf(r, parts, secrets),
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
    ...secrets,
    registrationId: parts.aci.registrationId,
    pniRegistrationId: parts.pni.registrationId,
    identityKey: parts.aci.identity.publicKey,
    reregistration: registered.reregistration,
    storageCapable: registered.storageCapable,
  };
};

// Without a number: the package has keys of the account's id only, and says what the service said.
export const registerWithoutNumber = async r => {
  const parts = { aci: newParty(r), pni: newParty(r) };
  const bundle = await lastResortOf(parts.aci);
  const secrets = secretsOf(r);
  const given = {
    accountPassword: secrets.password,
    skipDeviceTransfer: true,
    accountAttributes: attributesOf(r, parts, secrets),
    aciPublicKey: parts.aci.identity.publicKey,
    aciSignedPreKey: signedOf(bundle),
    aciPqLastResortPreKey: kyberOf(bundle),
  };
  const net = named(nets, r.net);
  const again = r.aci === undefined ? null : signal.Aci.parseFromServiceIdString(r.aci);
  const presentation = again ? null : new zk.ReceiptCredentialPresentation(r.presentation);
  const registered = again
    ? await net.reregisterAccountWithoutNumber({ ...given, aci: again })
    : await net.registerAccountWithoutNumber({ ...given, receiptCredentialPresentation: presentation });
  parts.aci.address = signal.ProtocolAddress.new(registered.aci.getServiceIdString(), 1);
  parties.set(r.party, parts.aci);
  return {
    aci: registered.aci,
    pni: registered.pni,
    number: registered.number,
    ...secrets,
    credentialSalt: registered.authCredentialSalt,
    registrationId: parts.aci.registrationId,
    pniRegistrationId: 0,
    identityKey: parts.aci.identity.publicKey,
    reregistration: registered.reregistration,
    storageCapable: registered.storageCapable,
  };
};

const receipt = async r => {
  const credential = await named(chats, r.chat).chat.createLoginReceiptCredential({
    paymentProcessor: 'googlePlayBilling',
    purchaseIdentifier: r.purchase,
    receiptCredentialRequestContext: new zk.ReceiptCredentialRequestContext(r.context),
    serverParams: new zk.ServerPublicParams(r.public),
    purchaseTime: r.time ?? Date.now(),
  });
  return credential.serialize();
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

export const netOperations = {
  'net.open': open,
  'net.config': r => named(nets, r.net).setRemoteConfig(settings(r.config), Net.BuildVariant.Production),
  'net.register': register,
  'net.registerWithoutNumber': registerWithoutNumber,
  'net.recoverWithoutNumber': registerWithoutNumber,
  'net.receipt': receipt,
  'net.number': () => `+3197${String(randomInt(1e9)).padStart(9, '0')}`,
  'net.device': r => {
    const from = named(parties, r.from);
    const party = new Party({ address: from.address.name(), device: r.device, identity: from.identity.serialize() });
    parties.set(r.party, party);
    return party.registrationId;
  },
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
