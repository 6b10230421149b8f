// Usernames: the server sees hashes and what links lead to, encrypted; the package has the typed functions.
import * as usernames from '@signalapp/libsignal-client/dist/usernames.js';

export const set = async (person, { nickname }) => {
  const candidates = usernames.generateCandidates(nickname, 3, 32);
  const hash = await person.chat.reserveUsernameHash({ usernameHashes: candidates.map(usernames.hash) });
  const username = candidates.find(candidate => Buffer.compare(usernames.hash(candidate), hash) === 0);
  const { entropy, encryptedUsername } = usernames.createUsernameLink(username);
  const uuid = await person.chat.confirmUsername({ username, usernameCiphertext: encryptedUsername });
  const handle = Buffer.from(uuid.replaceAll('-', ''), 'hex');
  return { username, link: `https://signal.me/#eu/${Buffer.concat([entropy, handle]).toString('base64url')}` };
};

export const find = async (person, { username, link }) => {
  if (username) return person.anonymous.lookUpUsernameHash({ hash: usernames.hash(username) });
  const bytes = Buffer.from(link.split('#eu/')[1], 'base64url');
  const uuid = bytes.subarray(32).toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  const found = await person.anonymous.lookUpUsernameLink({ uuid, entropy: new Uint8Array(bytes.subarray(0, 32)) });
  return found && { username: found.username, aci: await person.anonymous.lookUpUsernameHash({ hash: found.hash }) };
};
