// Links devices: as the new one, which shows a code and waits, and as the primary that reads it.
import { randomBytes, randomInt } from 'node:crypto';
import { IdentityKeyPair, PrivateKey, PublicKey, ServiceId } from '@signalapp/libsignal-client';
import { applicationOperations as ciphers } from '../application.mjs';
import { Events, named, nets } from '../net-operations.mjs';
import { decode, encode } from '../protos.mjs';
import { Device } from './device.mjs';
import { json } from './person.mjs';
import { meet } from './sending.mjs';

const base64 = bytes => Buffer.from(bytes).toString('base64');

// The new device: gives the code that it shows, and what to wait for.
export const wait = async person => {
  const shown = PrivateKey.generate();
  const events = new Events();
  const chat = await named(nets, person.net).connectProvisioning(events.listener);
  const take = async kind => {
    const event = await events.next();
    if (event.event !== kind) throw new Error(`${kind} was to come, and it was ${event.event}`);
    events.acknowledgements.get(event.message).send(200);
    return event;
  };
  const { address } = await take('address');
  const key = encodeURIComponent(base64(shown.getPublicKey().serialize()));
  person.waiting = { shown, chat, take };
  return `sgnl://linkdevice?uuid=${encodeURIComponent(address)}&pub_key=${key}&capabilities=`;
};

// What the primary said is taken, and the device is linked.
export const finish = async (person, { deviceName = 'Counterpart', oneTime = 10 }) => {
  const { shown, take } = person.waiting;
  const { envelope } = await take('envelope');
  const { said, unknown } = decode('ProvisionMessage', ciphers['provisioning.decrypt']({ envelope, shown: shown.serialize() }));
  const text = bytes => ServiceId.parseFromServiceIdBinary(bytes).getServiceIdString();
  const pair = kind => {
    if (!said[`${kind}IdentityKeyPrivate`]) return null;
    const [publicKey, privateKey] = [said[`${kind}IdentityKeyPublic`], said[`${kind}IdentityKeyPrivate`]];
    return new IdentityKeyPair(PublicKey.deserialize(publicKey), PrivateKey.deserialize(privateKey)).serialize();
  };
  const aci = text(said.aciBinary);
  const pni = said.pniBinary ? text(Uint8Array.of(1, ...said.pniBinary.subarray(-16))) : null;
  Object.assign(person, { aci, pni, number: said.number ?? null, profileKey: said.profileKey, entropyPool: said.accountEntropyPool });
  person.credentialSalt = said.authCredentialSalt ?? null;
  const make = (identity, address) => new Device({ address, device: 1, identity, registrationId: randomInt(1, 16381) });
  person.party = make(pair('aci'), aci);
  person.pniParty = pni ? make(pair('pni'), pni) : null;
  person.password = randomBytes(16).toString('hex');
  const name = ciphers['device.encryptName']({
    ephemeral: PrivateKey.generate().serialize(),
    identityKey: person.party.identity.publicKey.serialize(),
    name: deviceName,
  });
  const keys = { aci: await person.party.publish(0), pni: person.pniParty ? await person.pniParty.publish(0) : null };
  const body = {
    verificationCode: said.provisioningCode,
    accountAttributes: {
      fetchesMessages: true,
      registrationId: person.party.registrationId,
      pniRegistrationId: person.pniParty?.registrationId,
      name: base64(name),
      capabilities: { spqr: true, storage: true, optionalPhoneNumber: true, usernameChangeSyncMessage: true },
    },
    aciSignedPreKey: keys.aci.signedPreKey,
    aciPqLastResortPreKey: keys.aci.pqLastResortPreKey,
    pniSignedPreKey: keys.pni?.signedPreKey,
    pniPqLastResortPreKey: keys.pni?.pqLastResortPreKey,
  };
  const authorization = `Basic ${base64(Buffer.from(`${said.number ?? aci}:${person.password}`))}`;
  const anonymous = await named(nets, person.net).connectUnauthenticatedChat({ onConnectionInterrupted: () => {} });
  const linked = await person.getJson(anonymous, 'PUT', '/v1/devices/link', { body: json(body), headers: { authorization } });
  await anonymous.disconnect();
  person.device = linked.deviceId;
  for (const party of [person.party, person.pniParty]) party?.moveTo(person.device);
  person.known(aci).profileKey = person.profileKey;
  await person.connect();
  await person.publishKeys(oneTime, { signed: false });
  return { aci, pni, device: person.device, message: said, unknown };
};

// The primary: reads the code and hands the account's keys to the device that shows it.
export const link = async (person, url) => {
  const query = new URL(url).searchParams;
  const shown = new Uint8Array(Buffer.from(query.get('pub_key').replaceAll(' ', '+'), 'base64'));
  const { verificationCode } = await person.getJson(person.chat, 'GET', '/v1/devices/provisioning/code');
  const binary = text => ServiceId.parseFromServiceIdString(text).getRawUuidBytes();
  const identity = (kind, { privateKey, publicKey }) => ({
    [`${kind}IdentityKeyPublic`]: publicKey.serialize(),
    [`${kind}IdentityKeyPrivate`]: privateKey.serialize(),
  });
  const message = encode('ProvisionMessage', {
    ...identity('aci', person.party.identity),
    ...(person.pniParty ? identity('pni', person.pniParty.identity) : {}),
    number: person.number,
    provisioningCode: verificationCode,
    profileKey: person.profileKey,
    readReceipts: true,
    provisioningVersion: 1,
    masterKey: person.svrKey.serialize(),
    accountEntropyPool: person.entropyPool,
    aciBinary: binary(person.aci),
    pniBinary: person.pni ? binary(person.pni) : null,
    authCredentialSalt: person.credentialSalt,
  });
  const ephemeral = PrivateKey.generate().serialize();
  const body = ciphers['provisioning.encrypt']({ ephemeral, shown, nonce: new Uint8Array(randomBytes(16)), message });
  const path = `/v1/provisioning/${query.get('uuid')}`;
  await person.get(person.chat, 'PUT', path, { body: json({ body: base64(body) }) });
  return { capabilities: query.get('capabilities') };
};

// The account's other devices, from the server, which are told what is said from now on.
export const devices = async person => {
  const { devices: listed } = await person.getJson(person.chat, 'GET', '/v1/devices');
  const named = listed.map(({ id, name }) => {
    const bytes = name ? new Uint8Array(Buffer.from(name, 'base64')) : null;
    const identity = person.party.identity.privateKey.serialize();
    return { id, name: bytes && ciphers['device.decryptName']({ identity, bytes }) };
  });
  for (const { id } of named) {
    if (id !== person.device && !person.known(person.aci).devices.has(id)) await meet(person, person.aci, id);
  }
  return named;
};
