// Operations on certificates, sealed messages and what stands in for a message that could not be decrypted.
import * as signal from '@signalapp/libsignal-client';
import SealedSenderMultiRecipientMessage from '@signalapp/libsignal-client/dist/SealedSenderMultiRecipientMessage.js';
import { addressOf, answerMessage, countable, found, partyOf } from './named.mjs';

const { PublicKey, PrivateKey, SenderCertificate, ServerCertificate, UnidentifiedSenderMessageContent } = signal;

const varint = value => {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
};
const field = (number, value) =>
  typeof value === 'number'
    ? Buffer.from([...varint(number * 8), ...varint(value)])
    : Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(value.length)]), value]);

// The package takes only messages that it made itself (kept from an earlier call); others are put together here and read by it.
const contentOf = r => {
  const certificate = SenderCertificate.deserialize(r.certificate);
  if (r.message !== undefined) return UnidentifiedSenderMessageContent.new(found(r.message), certificate, r.hint ?? 0, r.groupId ?? null);
  const types = { 2: 2, 3: 1, 7: 7, 8: 8 };
  const parts = [field(1, types[r.type]), field(2, r.certificate), field(3, r.bytes)];
  if (r.hint) parts.push(field(4, r.hint));
  if (r.groupId?.length) parts.push(field(5, r.groupId));
  return UnidentifiedSenderMessageContent.deserialize(new Uint8Array(Buffer.concat(parts)));
};

const answerContent = content => ({
  type: content.msgType(),
  bytes: content.contents(),
  certificate: content.senderCertificate().serialize(),
  hint: content.contentHint(),
  groupId: content.groupId(),
});

const answerError = message => ({
  timestamp: countable(() => message.timestamp()),
  device: message.deviceId(),
  ratchetKey: message.ratchetKey()?.serialize() ?? null,
  bytes: message.serialize(),
});

export const sealedOperations = {
  'certificate.server': r =>
    ServerCertificate.new(r.keyId, PublicKey.deserialize(r.publicKey), PrivateKey.deserialize(r.trustRoot)).serialize(),
  'certificate.sender': r =>
    SenderCertificate.new(
      r.account,
      r.number ?? null,
      r.device,
      PublicKey.deserialize(r.publicKey),
      r.expires,
      ServerCertificate.deserialize(r.serverCertificate),
      PrivateKey.deserialize(r.serverKey),
    ).serialize(),
  'certificate.validate': r =>
    SenderCertificate.deserialize(r.certificate).validateWithTrustRoots(
      r.trustRoots.map(root => PublicKey.deserialize(root)),
      r.now,
    ),
  'certificate.readServer': r => {
    const certificate = ServerCertificate.deserialize(r.certificate);
    return {
      keyId: certificate.keyId(),
      publicKey: certificate.key().serialize(),
      certificate: certificate.certificateData(),
      signature: certificate.signature(),
      bytes: certificate.serialize(),
    };
  },
  'certificate.readSender': r => {
    const certificate = SenderCertificate.deserialize(r.certificate);
    return {
      account: certificate.senderUuid(),
      number: certificate.senderE164(),
      device: certificate.senderDeviceId(),
      publicKey: certificate.key().serialize(),
      expires: countable(() => certificate.expiration()),
      serverCertificate: certificate.serverCertificate().serialize(),
      certificate: certificate.certificate(),
      signature: certificate.signature(),
      bytes: certificate.serialize(),
    };
  },
  'content.make': r => contentOf(r).serialize(),
  'content.read': r => answerContent(UnidentifiedSenderMessageContent.deserialize(r.content)),
  'sealed.encrypt': async r => {
    const party = partyOf(r);
    const certificate = SenderCertificate.deserialize(r.certificate);
    return signal.sealedSenderEncryptMessage(r.text, addressOf(r), certificate, party.sessions, party.identities);
  },
  'sealed.seal': r =>
    signal.sealedSenderEncrypt(
      r.content ? UnidentifiedSenderMessageContent.deserialize(r.content) : contentOf(r),
      addressOf(r),
      partyOf(r).identities,
    ),
  'sealed.sealToMany': r => {
    const party = partyOf(r);
    return signal.sealedSenderMultiRecipientEncrypt({
      content: r.content ? UnidentifiedSenderMessageContent.deserialize(r.content) : contentOf(r),
      recipients: r.recipients.map(addressOf),
      excludedRecipients: (r.excluded ?? []).map(id => signal.ServiceId.parseFromServiceIdString(id)),
      identityStore: party.identities,
      sessionStore: party.sessions,
    });
  },
  'sealed.fanOut': r => {
    const message = new SealedSenderMultiRecipientMessage(r.bytes);
    return {
      recipients: Object.entries(message.recipientsByServiceIdString()).map(([account, recipient]) => ({
        account,
        devices: recipient.deviceIds,
        registrationIds: recipient.registrationIds,
        bytes: message.messageForRecipient(recipient),
      })),
      excluded: message.excludedRecipientServiceIdStrings(),
    };
  },
  'sealed.single': r => signal.sealedSenderMultiRecipientMessageForSingleRecipient(r.bytes),
  'sealed.open': async r => answerContent(await signal.sealedSenderDecryptToUsmc(r.bytes, partyOf(r).identities)),
  'sealed.decrypt': async r => {
    const party = partyOf(r);
    const result = await signal.sealedSenderDecryptMessage(
      r.bytes,
      PublicKey.deserialize(r.trustRoot),
      r.now,
      r.number ?? null,
      party.address.name(),
      party.address.deviceId(),
      party.sessions,
      party.identities,
      party.preKeys,
      party.signedPreKeys,
      party.kyberPreKeys,
    );
    return { text: result.message(), account: result.senderUuid(), number: result.senderE164(), device: result.deviceId() };
  },
  'error.make': r => answerError(signal.DecryptionErrorMessage.forOriginal(r.bytes, r.type, r.timestamp, r.device)),
  'error.read': r => answerError(signal.DecryptionErrorMessage.deserialize(r.bytes)),
  'error.extract': r => answerError(signal.DecryptionErrorMessage.extractFromSerializedBody(r.bytes)),
  'plaintext.make': r => {
    const content = signal.PlaintextContent.from(signal.DecryptionErrorMessage.deserialize(r.error));
    return { ...answerMessage(r, content.asCiphertextMessage()), body: content.body() };
  },
  'plaintext.read': r => {
    const content = signal.PlaintextContent.deserialize(r.bytes);
    return { body: content.body(), bytes: content.serialize() };
  },
};
