// Sends content to all devices of a person, as Signal's applications do: a session for each, sealed where the access key is known,
// once more where the server knows other devices, unsealed where it refuses the key.
import { ContentHint, DecryptionErrorMessage, ErrorCode, PlaintextContent } from '@signalapp/libsignal-client';
import { KEMPublicKey, PreKeyBundle, ProtocolAddress, PublicKey } from '@signalapp/libsignal-client';
import { SenderCertificate, ServiceId, SessionRecord } from '@signalapp/libsignal-client';
import { UnidentifiedSenderMessageContent } from '@signalapp/libsignal-client';
import { processPreKeyBundle, sealedSenderEncrypt, signalEncrypt } from '@signalapp/libsignal-client';
import { applicationOperations as ciphers } from '../application.mjs';
import { encode } from '../protos.mjs';

const tries = 4;
const serviceOf = text => ServiceId.parseFromServiceIdString(text);

const accessOf = (person, to) => {
  const { profileKey } = person.known(to);
  return profileKey ? { accessKey: person.accessKeyOf(profileKey) } : 'unrestricted';
};

// Begins sessions with devices of somebody: all that the server tells of, or one.
export const meet = async (person, to, device = null) => {
  const request = { target: serviceOf(to), device: device === null ? 'all' : { deviceId: device } };
  const fetched = await person.anonymous.getPreKeys({ ...request, auth: accessOf(person, to) }).catch(error => {
    if (error.code !== ErrorCode.RequestUnauthorized) throw error;
    return bundles(person, to, device);
  });
  for (const bundle of fetched.preKeyBundles) {
    if (to === person.aci && bundle.deviceId() === person.device) continue;
    const address = ProtocolAddress.new(to, bundle.deviceId());
    const { party } = person;
    await person.alone(() => processPreKeyBundle(bundle, address, person.address, party.sessions, party.identities));
    person.known(to).devices.set(bundle.deviceId(), bundle.registrationId());
  }
};

// Who may not ask without saying who they are, asks with it: the package has no typed function for that.
const bundles = async (person, to, device) => {
  const said = await person.getJson(person.chat, 'GET', `/v2/keys/${to}/${device ?? '*'}`);
  const bytes = text => new Uint8Array(Buffer.from(text, 'base64'));
  const key = text => PublicKey.deserialize(bytes(text));
  const identity = key(said.identityKey);
  const preKeyBundles = said.devices.map(d =>
    PreKeyBundle.new(
      d.registrationId,
      d.deviceId,
      d.preKey?.keyId ?? null,
      d.preKey ? key(d.preKey.publicKey) : null,
      d.signedPreKey.keyId,
      key(d.signedPreKey.publicKey),
      bytes(d.signedPreKey.signature),
      identity,
      d.pqPreKey.keyId,
      KEMPublicKey.deserialize(bytes(d.pqPreKey.publicKey)),
      bytes(d.pqPreKey.signature),
    ),
  );
  return { identityKey: identity, preKeyBundles };
};

const certificateOf = async person => {
  if (!person.certificate || person.certificate.expiration() < Date.now() + 60_000) {
    const { certificate } = await person.getJson(person.chat, 'GET', '/v1/certificate/delivery?includeE164=false');
    person.certificate = SenderCertificate.deserialize(new Uint8Array(Buffer.from(certificate, 'base64')));
  }
  return person.certificate;
};

const encryptFor = async (person, to, device, content, { plaintext }) => {
  if (plaintext) return plaintext.asCiphertextMessage();
  const padded = ciphers['padding.pad']({ content });
  const address = ProtocolAddress.new(to, device);
  return signalEncrypt(padded, address, person.address, person.party.sessions, person.party.identities);
};

const seal = async (person, to, device, message, hint) => {
  const content = UnidentifiedSenderMessageContent.new(message, await certificateOf(person), hint, null);
  return sealedSenderEncrypt(content, ProtocolAddress.new(to, device), person.party.identities);
};

export const forget = (person, to, device) => {
  person.known(to).devices.delete(device);
  person.party.sessionBytes.delete(ProtocolAddress.new(to, device).toString());
};

// Sends bytes of content; answers what was done. `plaintext` stands in for content that no session encrypts.
export const deliver = async (person, to, content, options) => {
  const { timestamp, hint = ContentHint.Resendable, urgent = true, online = false } = options;
  const own = to === person.aci;
  let sealed = !own && (options.sealed ?? true);
  for (let attempt = 0; ; attempt++) {
    const { devices } = person.known(to);
    if (devices.size === 0) await meet(person, to);
    const contents = [];
    await person.alone(async () => {
      for (const [deviceId, registrationId] of devices) {
        const message = await encryptFor(person, to, deviceId, content, options);
        contents.push({ deviceId, registrationId, contents: sealed ? await seal(person, to, deviceId, message, hint) : message });
      }
    });
    try {
      const request = { destination: serviceOf(to), timestamp, contents, onlineOnly: online, urgent };
      if (own) await person.chat.sendSyncMessage({ timestamp, contents, urgent });
      else if (sealed) await person.anonymous.sendMessage({ ...request, auth: accessOf(person, to) });
      else await person.chat.sendMessage(request);
      if (hint === ContentHint.Resendable && !options.plaintext) person.sent.set(`${to} ${timestamp}`, content);
      return { sealed, devices: [...devices.keys()] };
    } catch (error) {
      if (attempt === tries) throw error;
      if (sealed && error.code === ErrorCode.RequestUnauthorized) {
        sealed = false;
        continue;
      }
      if (error.code !== ErrorCode.MismatchedDevices) throw error;
      for (const entry of error.entries) {
        for (const device of [...entry.extraDevices, ...entry.staleDevices]) forget(person, to, device);
        for (const device of [...entry.missingDevices, ...entry.staleDevices]) await meet(person, to, device);
      }
    }
  }
};

// Says something to a person and, where there are other devices of one's own, tells those of it.
export const say = async (person, to, said, options) => {
  const timestamp = options.timestamp ?? Date.now();
  const told = { sealed: false, devices: [] };
  if (to !== person.aci) Object.assign(told, await deliver(person, to, encode('Content', said), { ...options, timestamp }));
  const { dataMessage, editMessage } = said;
  const transcribed = (dataMessage || editMessage) && options.transcript !== false && person.known(person.aci).devices.size > 0;
  if (transcribed) {
    const sent = {
      destinationServiceIdBinary: serviceOf(to).getServiceIdBinary(),
      timestamp,
      ...(dataMessage ? { message: dataMessage } : { editMessage }),
      ...(dataMessage?.expireTimer ? { expirationStartTimestamp: timestamp } : {}),
      unidentifiedStatus:
        to === person.aci ? [] : [{ destinationServiceIdBinary: serviceOf(to).getServiceIdBinary(), unidentified: told.sealed }],
    };
    await sync(person, { sent }, { timestamp });
  }
  return { timestamp, ...told, transcribed };
};

// Tells one's other devices something.
export const sync = async (person, syncMessage, { timestamp = Date.now(), urgent = true } = {}) => {
  const content = encode('Content', { syncMessage: { ...syncMessage, padding: new Uint8Array(7) } });
  return { timestamp, ...(await deliver(person, person.aci, content, { timestamp, urgent })) };
};

export const sessionOf = async (person, to, device) => {
  const bytes = person.party.sessionBytes.get(ProtocolAddress.new(to, device).toString());
  return bytes ? SessionRecord.deserialize(bytes) : null;
};

// Asks a device to send again what could not be decrypted.
export const askAgain = async (person, { sender, device, timestamp, type, bytes }) => {
  const plaintext = PlaintextContent.from(DecryptionErrorMessage.forOriginal(bytes, type, timestamp, device));
  await deliver(person, sender, null, { timestamp: Date.now(), plaintext, hint: ContentHint.Default });
};

// Answers a device that could not decrypt: the session that it does not have is put away, and what it missed is sent again.
export const answerAgain = async (person, { sender, device, error }) => {
  await person.alone(async () => {
    const session = await sessionOf(person, sender, device);
    const key = error.ratchetKey();
    if (!session || !key || !session.currentRatchetKeyMatches(key)) return;
    session.archiveCurrentState();
    await person.party.sessions.saveSession(ProtocolAddress.new(sender, device), session);
    person.known(sender).devices.delete(device);
  });
  const content = person.sent.get(`${sender} ${error.timestamp()}`);
  const said = content ?? encode('Content', { nullMessage: { padding: new Uint8Array(9) } });
  await deliver(person, sender, said, { timestamp: content ? error.timestamp() : Date.now(), hint: ContentHint.Implicit });
  return content !== undefined;
};
