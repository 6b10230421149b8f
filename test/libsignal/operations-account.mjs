// Operations outside sessions: fingerprints, usernames, account keys, PINs, single primitives.
import * as signal from '@signalapp/libsignal-client';
import * as account from '@signalapp/libsignal-client/dist/AccountKeys.js';
import * as Native from '@signalapp/libsignal-client/dist/Native.js';

const { PublicKey, usernames } = signal;
const wrap = handle => ({ _nativeHandle: handle });
const aciOf = text => signal.Aci.parseFromServiceIdString(text);

const fingerprintOperations = {
  'fingerprint.make': r => {
    const fingerprint = signal.Fingerprint.new(
      r.iterations ?? 5200,
      r.version ?? 2,
      r.localId,
      PublicKey.deserialize(r.localKey),
      r.remoteId,
      PublicKey.deserialize(r.remoteKey),
    );
    return { numeric: fingerprint.displayableFingerprint().toString(), scannable: fingerprint.scannableFingerprint().toBuffer() };
  },
  'fingerprint.compare': r => signal.ScannableFingerprint._fromBuffer(r.ours).compare(signal.ScannableFingerprint._fromBuffer(r.theirs)),
};

const usernameOperations = {
  'username.hash': r => usernames.hash(r.username),
  'username.fromParts': r => usernames.fromParts(r.nickname, r.discriminator, r.minimum ?? 3, r.maximum ?? 32),
  'username.candidates': r => usernames.generateCandidates(r.nickname, r.minimum ?? 3, r.maximum ?? 32),
  'username.prove': r => (r.random ? usernames.generateProofWithRandom(r.username, r.random) : usernames.generateProof(r.username)),
  'username.verify': r => {
    usernames.verifyProof(r.proof, r.hash);
    return true;
  },
  'username.makeLink': r => usernames.createUsernameLink(r.username, r.entropy),
  'username.openLink': r => usernames.decryptUsernameLink({ entropy: r.entropy, encryptedUsername: r.encryptedUsername }),
};

const keyOperations = {
  'entropy.generate': () => account.AccountEntropyPool.generate(),
  'entropy.isValid': r => account.AccountEntropyPool.isValid(r.entropy),
  'entropy.svrKey': r => account.AccountEntropyPool.deriveSvrKey(r.entropy),
  'entropy.backupKey': r => account.AccountEntropyPool.deriveBackupKey(r.entropy).contents,
  'svr.keys': r => {
    const key = new account.SvrKey(r.svrKey);
    return {
      registrationLock: key.deriveRegistrationLock(),
      recoveryPassword: key.deriveRegistrationRecoveryPassword(),
      storage: key.deriveStorageServiceKey(),
      logging: key.deriveLoggingKey(),
    };
  },
  'backup.keys': r => {
    const key = new account.BackupKey(r.backupKey);
    const aci = aciOf(r.account);
    return {
      id: key.deriveBackupId(aci),
      ecKey: key.deriveEcKey(aci).serialize(),
      localMetadata: key.deriveLocalBackupMetadataKey(),
      mediaId: r.mediaName === undefined ? null : key.deriveMediaId(r.mediaName),
      mediaKey: r.mediaId ? key.deriveMediaEncryptionKey(r.mediaId) : null,
      thumbnailKey: r.mediaId ? key.deriveThumbnailTransitEncryptionKey(r.mediaId) : null,
    };
  },
  'backup.messageKeys': r => {
    const token = r.token ?? null;
    const key = wrap(
      r.entropy === undefined
        ? Native.MessageBackupKey_FromBackupKeyAndBackupId(r.backupKey, r.backupId, token)
        : Native.MessageBackupKey_FromAccountEntropyPool(r.entropy, aciOf(r.account).getServiceIdFixedWidthBinary(), token),
    );
    return { hmacKey: Native.MessageBackupKey_GetHmacKey(key), aesKey: Native.MessageBackupKey_GetAesKey(key) };
  },
  'pin.hash': r => {
    const hash = r.salt
      ? account.PinHash.fromSalt(r.pin, r.salt)
      : account.PinHash.fromUsernameMrenclave(r.pin, r.username, r.mrenclave);
    return { encryptionKey: hash.encryptionKey, accessKey: hash.accessKey };
  },
  'pin.localHash': r => account.Pin.localHash(r.pin),
  'pin.verifyLocal': r => account.Pin.verifyLocalHash(r.hash, r.pin),
};

const primitives = {
  'hkdf': r => signal.hkdf(r.length, r.key, r.label, r.salt ?? null),
  'gcmSiv.encrypt': r => signal.Aes256GcmSiv.new(r.key).encrypt(r.message, r.nonce, r.associatedData),
  'gcmSiv.decrypt': r => signal.Aes256GcmSiv.new(r.key).decrypt(r.message, r.nonce, r.associatedData),
  'mac.chunkSize': r => Native.IncrementalMac_CalculateChunkSize(r.size),
  'mac.make': r => {
    const mac = wrap(Native.IncrementalMac_Initialize(r.key, r.chunkSize));
    const parts = r.parts ?? [r.message];
    const digests = parts.map(part => Native.IncrementalMac_Update(mac, part, 0, part.length));
    return new Uint8Array(Buffer.concat([...digests, Native.IncrementalMac_Finalize(mac)]));
  },
  // How many bytes each part and the end validated; -1 where the MAC did not fit.
  'mac.validate': r => {
    const handle = Native.ValidatingMac_Initialize(r.key, r.chunkSize, r.digests);
    if (!handle) return null;
    const mac = wrap(handle);
    const parts = r.parts ?? [r.message];
    return [...parts.map(part => Native.ValidatingMac_Update(mac, part, 0, part.length)), Native.ValidatingMac_Finalize(mac)];
  },
  'serviceId.read': r => {
    const { ServiceId } = signal;
    const id = r.text === undefined ? ServiceId.parseFromServiceIdBinary(r.bytes) : ServiceId.parseFromServiceIdString(r.text);
    return { text: id.getServiceIdString(), bytes: id.getServiceIdBinary(), fixedWidth: id.getServiceIdFixedWidthBinary() };
  },
};

export const accountOperations = { ...fingerprintOperations, ...usernameOperations, ...keyOperations, ...primitives };
