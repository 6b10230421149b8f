// Takes an envelope: opens the seal, decrypts, reads the content and tells of it; asks again for what it cannot decrypt.
import { CiphertextMessageType, ContentHint, DecryptionErrorMessage, ErrorCode, PlaintextContent } from '@signalapp/libsignal-client';
import { PreKeySignalMessage, ProtocolAddress, ServiceId, SignalMessage } from '@signalapp/libsignal-client';
import { sealedSenderDecryptToUsmc, signalDecrypt, signalDecryptPreKey } from '@signalapp/libsignal-client';
import { decode, encode } from '../protos.mjs';
import { answerAgain, askAgain, deliver } from './sending.mjs';

const types = { session: 1, preKey: 3, receipt: 5, sealed: 6, plaintext: 8 };
const ciphertext = new Map([
  [types.session, CiphertextMessageType.Whisper],
  [types.preKey, CiphertextMessageType.PreKey],
  [types.plaintext, CiphertextMessageType.Plaintext],
]);
const serviceText = bytes => ServiceId.parseFromServiceIdBinary(bytes).getServiceIdString();

const unpad = padded => {
  let end = padded.length;
  while (end > 0 && padded[end - 1] === 0) end--;
  if (end === 0 || padded[end - 1] !== 0x80) throw new Error('the padding is none');
  return padded.subarray(0, end - 1);
};

const decrypt = async (party, address, type, bytes) => {
  const stores = [party.sessions, party.identities];
  switch (type) {
    case CiphertextMessageType.Whisper:
      return unpad(await signalDecrypt(SignalMessage.deserialize(bytes), address, party.address, ...stores));
    case CiphertextMessageType.PreKey: {
      const keys = [party.preKeys, party.signedPreKeys, party.kyberPreKeys];
      return unpad(await signalDecryptPreKey(PreKeySignalMessage.deserialize(bytes), address, party.address, ...stores, ...keys));
    }
    case CiphertextMessageType.Plaintext:
      return unpad(PlaintextContent.deserialize(bytes).body());
    default:
      throw new Error(`nothing decrypts messages of type ${type}`);
  }
};

// Who sent what is in an envelope, sealed or not.
const open = async (person, party, envelope) => {
  if (envelope.type !== types.sealed) {
    return {
      sender: serviceText(envelope.sourceServiceIdBinary),
      device: envelope.sourceDeviceId,
      type: ciphertext.get(envelope.type),
      bytes: envelope.content,
      sealed: false,
      hint: ContentHint.Default,
    };
  }
  const inner = await sealedSenderDecryptToUsmc(envelope.content, party.identities);
  const certificate = inner.senderCertificate();
  if (!certificate.validate(person.trustRoot, Number(envelope.serverTimestamp))) throw new Error('the certificate is not valid');
  return {
    sender: certificate.senderUuid(),
    device: certificate.senderDeviceId(),
    type: inner.msgType(),
    bytes: inner.contents(),
    sealed: true,
    hint: inner.contentHint(),
  };
};

export const receive = async (person, bytes) => {
  const { said: envelope } = decode('Envelope', bytes);
  const destination = serviceText(envelope.destinationServiceIdBinary);
  const party = destination === person.pni ? person.pniParty : person.party;
  const timestamp = Number(envelope.clientTimestamp);
  const about = { destination, timestamp, serverTimestamp: Number(envelope.serverTimestamp) };
  if (envelope.type === types.receipt) {
    const sender = serviceText(envelope.sourceServiceIdBinary);
    person.events.add({ event: 'delivered', sender, device: envelope.sourceDeviceId, ...about });
    return;
  }
  let opened = null;
  let content;
  try {
    opened = await open(person, party, envelope);
    const address = ProtocolAddress.new(opened.sender, opened.device);
    content = await person.alone(() => decrypt(party, address, opened.type, opened.bytes));
  } catch (error) {
    await refuse(person, opened, about, error);
    return;
  }
  await learn(person, party, opened);
  const { said, unknown } = decode('Content', content);
  const { sender, device, type, sealed, hint } = opened;
  const flags = { urgent: envelope.urgent ?? false, story: envelope.story ?? false };
  const event = { event: 'content', sender, device, type, sealed, hint, content: said, unknown, raw: content, ...flags, ...about };
  if (said.decryptionErrorMessage) {
    const error = DecryptionErrorMessage.deserialize(said.decryptionErrorMessage);
    if (error.deviceId() !== person.device) return;
    event.asked = error.timestamp();
    event.resent = person.retries && (await answerAgain(person, { sender, device, error }));
  }
  const message = said.dataMessage ?? said.editMessage?.dataMessage;
  if (message?.profileKey) person.known(sender).profileKey = message.profileKey;
  person.events.add(event);
  if (message && person.receipts && sender !== person.aci) {
    const receipt = encode('Content', { receiptMessage: { type: 0, timestamp: [timestamp] } });
    await deliver(person, sender, receipt, { timestamp: Date.now(), hint: ContentHint.Implicit, urgent: false });
  }
};

// A device that wrote is one that can be written to.
const learn = async (person, party, { sender, device, type }) => {
  if (type === CiphertextMessageType.Plaintext || party !== person.party) return;
  const session = await party.sessions.getSession(ProtocolAddress.new(sender, device));
  person.known(sender).devices.set(device, session.remoteRegistrationId());
};

const refuse = async (person, opened, about, error) => {
  const duplicate = error.code === ErrorCode.DuplicatedMessage;
  const asked = !duplicate && person.retries && opened !== null && opened.type !== CiphertextMessageType.Plaintext;
  const { sender = null, device = 0, hint = 0 } = opened ?? {};
  person.events.add({ event: 'refused', sender, device, hint, asked, name: error.name, message: error.message, ...about });
  if (asked) await askAgain(person, { ...opened, timestamp: about.timestamp });
};
