// What client.mjs adds to net.mjs; its head lists it.
import * as signal from '@signalapp/libsignal-client';
import { decode, decodeDelimited, describeAll, encode } from '../protos.mjs';
import * as attachments from './attachments.mjs';
import * as linking from './linking.mjs';
import { Person } from './person.mjs';
import { askAgain, deliver, forget, say, sessionOf, sync } from './sending.mjs';
import * as storage from './storage.mjs';
import * as usernames from './usernames.mjs';

const persons = new Map();
const personOf = request => {
  const person = persons.get(request.person);
  if (!person) throw new Error(`there is nobody by the name ${request.person}`);
  return person;
};
const begin = r => {
  const person = new Person(r);
  persons.set(r.person, person);
  return person;
};
const shown = person => ({
  aci: person.aci,
  pni: person.pni,
  number: person.number,
  device: person.device,
  profileKey: person.profileKey,
  accessKey: person.accessKey,
  entropyPool: person.entropyPool,
  identityKey: person.party.identity.publicKey,
  registrationId: person.party.registrationId,
});

export const clientOperations = {
  'person.register': async r => {
    const person = begin(r);
    await person.register({ ...r, again: r.again ? personOf({ person: r.again }) : null });
    return shown(person);
  },
  'person.wait': r => linking.wait(begin(r)),
  'person.linked': async r => {
    const linked = await linking.finish(personOf(r), r);
    return { ...shown(personOf(r)), message: linked.message, unknown: linked.unknown };
  },
  'person.recoveryPassword': r => personOf(r).svrKey.deriveRegistrationRecoveryPassword(),
  'person.link': r => linking.link(personOf(r), r.url),
  'person.devices': r => linking.devices(personOf(r)),
  'person.connect': r => personOf(r).connect(),
  'person.disconnect': r => personOf(r).disconnect(),
  'person.drop': async r => {
    await personOf(r).disconnect();
    persons.delete(r.person);
  },
  'person.set': r => {
    const { receipts, retries } = r;
    Object.assign(personOf(r), JSON.parse(JSON.stringify({ receipts, retries })));
  },
  'person.know': r => void Object.assign(personOf(r).known(r.to), { profileKey: r.profileKey }),
  'person.say': r => say(personOf(r), r.to, r.content, r),
  'person.deliver': r => deliver(personOf(r), r.to, r.bytes, r),
  'person.askAgain': async r => {
    const message = signal.SignalMessage._new(
      4,
      new Uint8Array(32),
      signal.PrivateKey.generate().getPublicKey(),
      0,
      0,
      new Uint8Array(16),
      signal.PrivateKey.generate().getPublicKey(),
      signal.PrivateKey.generate().getPublicKey(),
      new Uint8Array(0),
    );
    const type = signal.CiphertextMessageType.Whisper;
    await askAgain(personOf(r), { sender: r.to, device: r.device, timestamp: r.timestamp, type, bytes: message.serialize() });
  },
  'person.sync': r => sync(personOf(r), r.sync, r),
  'person.next': r => personOf(r).events.next(),
  'person.session': async r => {
    const session = await sessionOf(personOf(r), r.to, r.device);
    return session && { usable: session.hasCurrentState(), registrationId: session.remoteRegistrationId() };
  },
  'person.forget': r => forget(personOf(r), r.to, r.device),
  'person.exportSession': async r => (await sessionOf(personOf(r), r.to, r.device))?.serialize() ?? null,
  'person.importSession': r => {
    const { party } = personOf(r);
    party.sessionBytes.set(`${r.to}.${r.device}`, signal.SessionRecord.deserialize(r.record).serialize());
  },
  'person.accept': r => void personOf(r).party.pinned.set(r.to, r.identityKey),
  'person.pinned': r => personOf(r).party.pinned.get(r.to) ?? null,
  'person.publish': r => personOf(r).publishKeys(r.oneTime, { signed: r.signed ?? true }),
  'person.newProfileKey': async r => {
    const person = personOf(r);
    await person.changeProfileKey();
    return shown(person);
  },
  'person.setProfile': r => personOf(r).setProfile(r),
  'person.profile': r => personOf(r).profileOf(r.to, r.profileKey),
  'person.setUsername': r => usernames.set(personOf(r), r),
  'person.findUsername': r => usernames.find(personOf(r), r),
  'person.upload': r => attachments.upload(personOf(r), r.file),
  'person.put': r => attachments.put(personOf(r), r.bytes, r.pieces),
  'person.download': r => attachments.download(personOf(r), r.pointer),
  'person.readStorage': r => storage.read(personOf(r)),
  'person.writeStorage': r => storage.write(personOf(r), r),
  'person.fetch': async r => {
    const person = personOf(r);
    const { status, body } = await person.ask(r.anonymous ? person.anonymous : person.chat, r.verb, r.path, r);
    return { status, body };
  },
  'proto.encode': r => encode(r.type, r.value),
  'proto.decode': r => decode(r.type, r.bytes),
  'proto.decodeDelimited': r => decodeDelimited(r.type, r.bytes),
  'proto.describe': () => describeAll(),
  'serviceId.binary': r => signal.ServiceId.parseFromServiceIdString(r.serviceId).getServiceIdBinary(),
};
