// A party: one device of one account with its keys and in-memory stores, as the official package asks for them.
//
// Records lie in the stores as bytes, as in a database, so that what is exported is what the next call reads.
import { randomInt } from 'node:crypto';
import {
  IdentityChange,
  IdentityKeyPair,
  KEMKeyPair,
  KyberPreKeyRecord,
  PreKeyRecord,
  PrivateKey,
  ProtocolAddress,
  PublicKey,
  SenderKeyRecord,
  SessionRecord,
  SignedPreKeyRecord,
} from '@signalapp/libsignal-client';

const missing = what => Object.assign(new Error(`${what} is not held`), { name: 'UnknownPreKey', code: -1 });

export class Party {
  constructor({ address, device = 1, registrationId = randomInt(1, 16381), identity }) {
    this.identity = identity ? IdentityKeyPair.deserialize(identity) : IdentityKeyPair.generate();
    this.address = ProtocolAddress.new(address, device);
    this.registrationId = registrationId;
    this.sessionBytes = new Map();
    this.pinned = new Map();
    this.preKeyBytes = new Map();
    this.signedBytes = new Map();
    this.kyberBytes = new Map();
    this.kyberUses = [];
    this.reusable = new Set();
    this.lastResortUses = new Set();
    this.usedPreKeys = [];
    this.senderKeyBytes = new Map();
    this.nextId = 1;
  }

  sessions = {
    saveSession: async (address, record) => void this.sessionBytes.set(address.toString(), record.serialize()),
    getSession: async address => {
      const bytes = this.sessionBytes.get(address.toString());
      return bytes ? SessionRecord.deserialize(bytes) : null;
    },
    getExistingSessions: async addresses =>
      addresses.map(address => {
        const bytes = this.sessionBytes.get(address.toString());
        if (!bytes) throw Object.assign(new Error('no session with a recipient'), { name: 'NoSession', code: -1 });
        return SessionRecord.deserialize(bytes);
      }),
  };

  // Trust on first use; afterwards only the pinned key is trusted.
  identities = {
    getIdentityKey: async () => this.identity.privateKey,
    getIdentityKeyPair: async () => this.identity,
    getLocalRegistrationId: async () => this.registrationId,
    saveIdentity: async (address, key) => {
      const before = this.pinned.get(address.toString());
      const bytes = key.serialize();
      this.pinned.set(address.toString(), bytes);
      return before && Buffer.compare(before, bytes) !== 0 ? IdentityChange.ReplacedExisting : IdentityChange.NewOrUnchanged;
    },
    isTrustedIdentity: async (address, key) => {
      const before = this.pinned.get(address.toString());
      return !before || Buffer.compare(before, key.serialize()) === 0;
    },
    getIdentity: async address => {
      const bytes = this.pinned.get(address.toString());
      return bytes ? PublicKey.deserialize(bytes) : null;
    },
  };

  preKeys = {
    savePreKey: async (id, record) => void this.preKeyBytes.set(id, record.serialize()),
    getPreKey: async id => {
      if (!this.preKeyBytes.has(id)) throw missing('the one-time pre-key');
      return PreKeyRecord.deserialize(this.preKeyBytes.get(id));
    },
    removePreKey: async id => {
      this.preKeyBytes.delete(id);
      this.usedPreKeys.push(id);
    },
  };

  signedPreKeys = {
    saveSignedPreKey: async (id, record) => void this.signedBytes.set(id, record.serialize()),
    getSignedPreKey: async id => {
      if (!this.signedBytes.has(id)) throw missing('the signed pre-key');
      return SignedPreKeyRecord.deserialize(this.signedBytes.get(id));
    },
  };

  // A one-time key goes when it was used. A key of last resort stays, and a handshake with it is accepted once.
  kyberPreKeys = {
    saveKyberPreKey: async (id, record) => void this.kyberBytes.set(id, record.serialize()),
    getKyberPreKey: async id => {
      if (!this.kyberBytes.has(id)) throw missing('the KEM pre-key');
      return KyberPreKeyRecord.deserialize(this.kyberBytes.get(id));
    },
    markKyberPreKeyUsed: async (id, signedId, baseKey) => {
      const use = { id, signedId, baseKey: baseKey.serialize() };
      this.kyberUses.push(use);
      if (!this.reusable.has(id)) {
        this.kyberBytes.delete(id);
        return;
      }
      const key = `${id} ${signedId} ${Buffer.from(use.baseKey).toString('hex')}`;
      if (this.lastResortUses.has(key)) {
        throw Object.assign(new Error('this handshake was used before'), { name: 'ReusedBaseKey', code: -1 });
      }
      this.lastResortUses.add(key);
    },
  };

  senderKeys = {
    saveSenderKey: async (sender, id, record) => void this.senderKeyBytes.set(`${sender} ${id}`, record.serialize()),
    getSenderKey: async (sender, id) => {
      const bytes = this.senderKeyBytes.get(`${sender} ${id}`);
      return bytes ? SenderKeyRecord.deserialize(bytes) : null;
    },
  };

  // Makes and keeps a signed and a KEM pre-key and, where asked, a one-time one; returns what is published and the records.
  async makeBundle({ oneTime = true, lastResort = false, preKeyId, signedPreKeyId, kyberPreKeyId, now = Date.now() }) {
    const signedId = signedPreKeyId ?? this.nextId++;
    const kyberId = kyberPreKeyId ?? this.nextId++;
    const signedKey = PrivateKey.generate();
    const signed = SignedPreKeyRecord.new(
      signedId,
      now,
      signedKey.getPublicKey(),
      signedKey,
      this.identity.privateKey.sign(signedKey.getPublicKey().serialize()),
    );
    const kyberPair = KEMKeyPair.generate();
    const kyber = KyberPreKeyRecord.new(
      kyberId,
      now,
      kyberPair,
      this.identity.privateKey.sign(kyberPair.getPublicKey().serialize()),
    );
    await this.signedPreKeys.saveSignedPreKey(signedId, signed);
    await this.kyberPreKeys.saveKyberPreKey(kyberId, kyber);
    if (lastResort) this.reusable.add(kyberId);
    const bundle = {
      registrationId: this.registrationId,
      device: this.address.deviceId(),
      preKeyId: null,
      preKey: null,
      signedPreKeyId: signedId,
      signedPreKey: signed.publicKey().serialize(),
      signedPreKeySignature: signed.signature(),
      identityKey: this.identity.publicKey.serialize(),
      kyberPreKeyId: kyberId,
      kyberPreKey: kyber.publicKey().serialize(),
      kyberPreKeySignature: kyber.signature(),
    };
    const records = { signedPreKey: signed.serialize(), kyberPreKey: kyber.serialize(), preKey: null };
    if (oneTime) {
      const id = preKeyId ?? this.nextId++;
      const key = PrivateKey.generate();
      const record = PreKeyRecord.new(id, key.getPublicKey(), key);
      await this.preKeys.savePreKey(id, record);
      bundle.preKeyId = id;
      bundle.preKey = key.getPublicKey().serialize();
      records.preKey = record.serialize();
    }
    return { bundle, records };
  }
}
