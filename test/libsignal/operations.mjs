// Every operation of the oracle by its name. Each takes the request (bytes already read) and returns what is answered;
// names of fields are in README.md. What has no wrapper here can be had with "native".
import * as signal from '@signalapp/libsignal-client';
import * as Native from '@signalapp/libsignal-client/dist/Native.js';
import { Party } from './party.mjs';
import { accountOperations } from './operations-account.mjs';
import { applicationOperations } from './application.mjs';
import { sealedOperations } from './operations-sealed.mjs';
import { zkOperations } from './operations-zk.mjs';
import { addressOf, answerMessage, countable, found, keep, kept, parties, partyOf, timeOf } from './named.mjs';

const { PublicKey, PrivateKey } = signal;

const bundleOf = b =>
  signal.PreKeyBundle.new(
    b.registrationId,
    b.device,
    b.preKeyId ?? null,
    b.preKey ? PublicKey.deserialize(b.preKey) : null,
    b.signedPreKeyId,
    PublicKey.deserialize(b.signedPreKey),
    b.signedPreKeySignature,
    PublicKey.deserialize(b.identityKey),
    b.kyberPreKeyId,
    signal.KEMPublicKey.deserialize(b.kyberPreKey),
    b.kyberPreKeySignature,
  );

const decrypt = (party, address, type, bytes) => {
  switch (type) {
    case signal.CiphertextMessageType.Whisper:
      return signal.signalDecrypt(signal.SignalMessage.deserialize(bytes), address, party.address, party.sessions, party.identities);
    case signal.CiphertextMessageType.PreKey:
      return signal.signalDecryptPreKey(
        signal.PreKeySignalMessage.deserialize(bytes),
        address,
        party.address,
        party.sessions,
        party.identities,
        party.preKeys,
        party.signedPreKeys,
        party.kyberPreKeys,
      );
    case signal.CiphertextMessageType.SenderKey:
      return signal.groupDecrypt(address, party.senderKeys, bytes);
    default:
      throw new Error(`no session decrypts messages of type ${type}`);
  }
};

// Without a type: a message that parses as a pre-key message is one.
const typeOf = bytes => {
  try {
    signal.PreKeySignalMessage.deserialize(bytes);
    return signal.CiphertextMessageType.PreKey;
  } catch {
    return signal.CiphertextMessageType.Whisper;
  }
};

const sessionKey = request => `${addressOf(request)}`;

const keyOperations = {
  'key.generate': () => {
    const key = PrivateKey.generate();
    return { privateKey: key.serialize(), publicKey: key.getPublicKey().serialize() };
  },
  'key.public': r => PrivateKey.deserialize(r.privateKey).getPublicKey().serialize(),
  'key.read': r => PublicKey.deserialize(r.publicKey).serialize(),
  'key.sign': r => PrivateKey.deserialize(r.privateKey).sign(r.message),
  'key.verify': r => PublicKey.deserialize(r.publicKey).verify(r.message, r.signature),
  'key.agree': r => PrivateKey.deserialize(r.privateKey).agree(PublicKey.deserialize(r.publicKey)),
  'key.seal': r => PublicKey.deserialize(r.publicKey).seal(r.message, r.info, r.associatedData),
  'key.open': r => PrivateKey.deserialize(r.privateKey).open(r.message, r.info, r.associatedData),
  'identity.read': r => {
    const pair = signal.IdentityKeyPair.deserialize(r.identity);
    return { privateKey: pair.privateKey.serialize(), publicKey: pair.publicKey.serialize() };
  },
  'identity.write': r => new signal.IdentityKeyPair(PublicKey.deserialize(r.publicKey), PrivateKey.deserialize(r.privateKey)).serialize(),
  'identity.signAlternate': r => signal.IdentityKeyPair.deserialize(r.identity).signAlternateIdentity(PublicKey.deserialize(r.other)),
  'identity.verifyAlternate': r => PublicKey.deserialize(r.publicKey).verifyAlternateIdentity(PublicKey.deserialize(r.other), r.signature),
  'kem.generate': () => {
    const pair = signal.KEMKeyPair.generate();
    return { publicKey: pair.getPublicKey().serialize(), secretKey: pair.getSecretKey().serialize() };
  },
  'kem.readPublic': r => signal.KEMPublicKey.deserialize(r.publicKey).serialize(),
  'kem.readSecret': r => signal.KEMSecretKey.deserialize(r.secretKey).serialize(),
};

const partyOperations = {
  'party.create': r => {
    const party = new Party(r);
    parties.set(r.party, party);
    return {
      identity: party.identity.serialize(),
      identityKey: party.identity.publicKey.serialize(),
      registrationId: party.registrationId,
    };
  },
  'party.drop': r => parties.delete(r.party),
  'party.pin': r => void partyOf(r).pinned.set(sessionKey(r), r.identityKey),
  'party.unpin': r => partyOf(r).pinned.delete(sessionKey(r)),
  'party.pinned': r => partyOf(r).pinned.get(sessionKey(r)) ?? null,
  'party.uses': r => {
    const party = partyOf(r);
    return { preKeys: party.usedPreKeys, kyber: party.kyberUses };
  },
  'bundle.make': r => partyOf(r).makeBundle(r),
  'bundle.check': r => {
    bundleOf(r.bundle);
    return true;
  },
  'bundle.process': async r => {
    const party = partyOf(r);
    const address = addressOf(r);
    await signal.processPreKeyBundle(bundleOf(r.bundle), address, party.address, party.sessions, party.identities, timeOf(r));
  },
  'preKeys.add': r => {
    const party = partyOf(r);
    const add = (map, record, type) => {
      if (!record) return;
      const id = type.deserialize(record).id();
      map.set(id, record);
      if (type === signal.KyberPreKeyRecord && r.lastResort) party.reusable.add(id);
    };
    add(party.preKeyBytes, r.preKey, signal.PreKeyRecord);
    add(party.signedBytes, r.signedPreKey, signal.SignedPreKeyRecord);
    add(party.kyberBytes, r.kyberPreKey, signal.KyberPreKeyRecord);
  },
  'preKeys.read': r => {
    const stamp = record => ({ id: record.id(), publicKey: record.publicKey().serialize(), bytes: record.serialize() });
    if (r.kind === 'oneTime') {
      const record = signal.PreKeyRecord.deserialize(r.bytes);
      return { ...stamp(record), privateKey: record.privateKey().serialize() };
    }
    const record = (r.kind === 'kyber' ? signal.KyberPreKeyRecord : signal.SignedPreKeyRecord).deserialize(r.bytes);
    const secret = r.kind === 'kyber' ? record.secretKey() : record.privateKey();
    const timestamp = countable(() => record.timestamp());
    return { ...stamp(record), privateKey: secret.serialize(), signature: record.signature(), timestamp };
  },
};

const sessionOperations = {
  'session.encrypt': async r => {
    const party = partyOf(r);
    const to = addressOf(r);
    return answerMessage(r, await signal.signalEncrypt(r.text, to, party.address, party.sessions, party.identities, timeOf(r)));
  },
  'session.decrypt': r => decrypt(partyOf(r), addressOf(r), r.type ?? typeOf(r.bytes), r.bytes),
  'session.export': r => partyOf(r).sessionBytes.get(sessionKey(r)) ?? null,
  'session.import': r => void partyOf(r).sessionBytes.set(sessionKey(r), signal.SessionRecord.deserialize(r.record).serialize()),
  'session.drop': r => partyOf(r).sessionBytes.delete(sessionKey(r)),
  'session.archive': async r => {
    const party = partyOf(r);
    const record = await party.sessions.getSession(addressOf(r));
    record.archiveCurrentState();
    await party.sessions.saveSession(addressOf(r), record);
  },
  'session.state': async r => {
    const record = r.record ? signal.SessionRecord.deserialize(r.record) : await partyOf(r).sessions.getSession(addressOf(r));
    if (!record) return null;
    const current = record.hasCurrentState(timeOf(r));
    return {
      current,
      localRegistrationId: current ? record.localRegistrationId() : null,
      remoteRegistrationId: current ? record.remoteRegistrationId() : null,
      ratchetKeyMatches: r.ratchetKey ? record.currentRatchetKeyMatches(PublicKey.deserialize(r.ratchetKey)) : null,
    };
  },
  'session.read': r => signal.SessionRecord.deserialize(r.record).serialize(),
};

const messageOperations = {
  'message.make': r =>
    signal.SignalMessage._new(
      r.version,
      r.macKey,
      PublicKey.deserialize(r.ratchetKey),
      r.counter,
      r.previousCounter,
      r.body,
      PublicKey.deserialize(r.senderIdentity),
      PublicKey.deserialize(r.recipientIdentity),
      r.pqRatchet,
    ).serialize(),
  'message.read': r => {
    const message = signal.SignalMessage.deserialize(r.bytes);
    return {
      version: message.messageVersion(),
      counter: message.counter(),
      body: message.body(),
      pqRatchet: message.pqRatchet(),
      bytes: message.serialize(),
    };
  },
  'message.readPreKey': r => {
    const message = signal.PreKeySignalMessage.deserialize(r.bytes);
    return {
      version: message.version(),
      registrationId: message.registrationId(),
      preKeyId: message.preKeyId(),
      signedPreKeyId: message.signedPreKeyId(),
      bytes: message.serialize(),
    };
  },
  'message.readSenderKey': r => {
    const message = signal.SenderKeyMessage.deserialize(r.bytes);
    return {
      distributionId: message.distributionId(),
      chainId: message.chainId(),
      iteration: message.iteration(),
      ciphertext: message.ciphertext(),
      verified: r.publicKey ? message.verifySignature(PublicKey.deserialize(r.publicKey)) : null,
      bytes: message.serialize(),
    };
  },
  'message.makeSenderKey': r =>
    signal.SenderKeyMessage._new(
      r.version,
      r.distributionId,
      r.chainId,
      r.iteration,
      r.ciphertext,
      PrivateKey.deserialize(r.privateKey),
    ).serialize(),
  'message.readDistribution': r => {
    const message = signal.SenderKeyDistributionMessage.deserialize(r.bytes);
    return {
      distributionId: message.distributionId(),
      chainId: message.chainId(),
      iteration: message.iteration(),
      chainKey: message.chainKey(),
      bytes: message.serialize(),
    };
  },
  'message.makeDistribution': r =>
    signal.SenderKeyDistributionMessage._new(
      r.version,
      r.distributionId,
      r.chainId,
      r.iteration,
      r.chainKey,
      PublicKey.deserialize(r.publicKey),
    ).serialize(),
};

const groupOperations = {
  'group.create': async r => {
    const party = partyOf(r);
    return (await signal.SenderKeyDistributionMessage.create(party.address, r.distributionId, party.senderKeys)).serialize();
  },
  'group.process': async r => {
    const message = signal.SenderKeyDistributionMessage.deserialize(r.bytes);
    await signal.processSenderKeyDistributionMessage(addressOf(r), message, partyOf(r).senderKeys);
  },
  'group.encrypt': async r => {
    const party = partyOf(r);
    return answerMessage(r, await signal.groupEncrypt(party.address, r.distributionId, party.senderKeys, r.text));
  },
  'group.decrypt': r => signal.groupDecrypt(addressOf(r), partyOf(r).senderKeys, r.bytes),
  'group.export': r => partyOf(r).senderKeyBytes.get(`${addressOf(r)} ${r.distributionId}`) ?? null,
  'group.import': r => {
    const record = signal.SenderKeyRecord.deserialize(r.record).serialize();
    partyOf(r).senderKeyBytes.set(`${addressOf(r)} ${r.distributionId}`, record);
  },
  'group.read': r => signal.SenderKeyRecord.deserialize(r.record).serialize(),
};

// Any function of the package's native part. Arguments: {bytes}, {kept}, {date} or a plain value.
const argument = a => {
  if (a === null || typeof a !== 'object') return a;
  if (Array.isArray(a)) return a.map(argument);
  if (a instanceof Uint8Array) return a;
  if (a.kept !== undefined) return found(a.kept);
  return a.bytes ?? a;
};

const general = {
  'version': () => ({ package: process.env.npm_package_version ?? null, node: process.version }),
  'native': async r => {
    const result = await Native[r.name](...(r.arguments ?? []).map(argument));
    if (r.keep === undefined) return result;
    keep(r.keep, { _nativeHandle: result });
  },
  'kept.drop': r => kept.delete(r.name),
  'forget': () => {
    parties.clear();
    kept.clear();
  },
};

export const operations = {
  ...general,
  ...keyOperations,
  ...partyOperations,
  ...sessionOperations,
  ...messageOperations,
  ...groupOperations,
  ...sealedOperations,
  ...accountOperations,
  ...applicationOperations,
  ...zkOperations,
};
