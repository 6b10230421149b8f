// One of a person's ids on one device: the party of party.mjs, with what an application decides about identity keys: whoever writes
// is believed, and is told about where the key is another than before; nobody is written to under a key that was not accepted.
import { Direction, IdentityChange, KEMKeyPair, KyberPreKeyRecord } from '@signalapp/libsignal-client';
import { PreKeyRecord, PrivateKey, ProtocolAddress, PublicKey } from '@signalapp/libsignal-client';
import { Party } from '../party.mjs';

const same = (a, b) => Buffer.compare(a, b) === 0;

export class Device extends Party {
  whenChanged = () => {};

  // A linked device learns its number when it is linked.
  moveTo(device) {
    this.address = ProtocolAddress.new(this.address.name(), device);
  }

  // Keys are of people, not of their devices.
  identities = {
    ...this.identities,
    saveIdentity: async (address, key) => {
      const [name, bytes] = [address.name(), key.serialize()];
      const before = this.pinned.get(name);
      if (before && same(before, bytes)) return IdentityChange.NewOrUnchanged;
      this.pinned.set(name, bytes);
      if (!before) return IdentityChange.NewOrUnchanged;
      this.whenChanged(name);
      return IdentityChange.ReplacedExisting;
    },
    isTrustedIdentity: async (address, key, direction) => {
      const before = this.pinned.get(address.name());
      return direction === Direction.Receiving || !before || same(before, key.serialize());
    },
    getIdentity: async address => {
      const bytes = this.pinned.get(address.name());
      return bytes ? PublicKey.deserialize(bytes) : null;
    },
  };

  // Keys as PUT /v2/keys takes them: the signed one and the one of last resort anew, and so many one-time ones of each kind.
  async publish(oneTime, { signed = true } = {}) {
    const base64 = bytes => Buffer.from(bytes).toString('base64');
    const keys = { preKeys: [], pqPreKeys: [] };
    if (signed) {
      const { bundle } = await this.makeBundle({ oneTime: false, lastResort: true });
      const part = name => ({
        keyId: bundle[`${name}Id`],
        publicKey: base64(bundle[name]),
        signature: base64(bundle[`${name}Signature`]),
      });
      Object.assign(keys, { signedPreKey: part('signedPreKey'), pqLastResortPreKey: part('kyberPreKey') });
    }
    for (let n = 0; n < oneTime; n++) {
      const [id, kyberId, key, pair] = [this.nextId++, this.nextId++, PrivateKey.generate(), KEMKeyPair.generate()];
      await this.preKeys.savePreKey(id, PreKeyRecord.new(id, key.getPublicKey(), key));
      keys.preKeys.push({ keyId: id, publicKey: base64(key.getPublicKey().serialize()) });
      const publicKey = pair.getPublicKey();
      const signature = this.identity.privateKey.sign(publicKey.serialize());
      await this.kyberPreKeys.saveKyberPreKey(kyberId, KyberPreKeyRecord.new(kyberId, Date.now(), pair, signature));
      keys.pqPreKeys.push({ keyId: kyberId, publicKey: base64(publicKey.serialize()), signature: base64(signature) });
    }
    return keys;
  }
}
