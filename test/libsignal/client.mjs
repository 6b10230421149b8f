// A whole client of official packages, behind standard input and output: net.mjs with people beside it, who register or are linked,
// write and read Content as Signal's package @signalapp/mock-server compiles it, acknowledge, and ask again for what they cannot
// decrypt. Members of Content stand as the package names them; protos.mjs says how they come as JSON.
//
//   person.register   person, net, port, authority, trustRoot, and token, code (number?), or with receipt: {public} one without a
//                     number; or aci, recoveryPassword; again: another person of this process whose keys it keeps
//   person.wait       a new device: answers the code that it shows; person.linked waits for the primary, and is linked
//   person.link       person, url: the primary hands its keys to a device that shows a code
//   person.devices    the account's devices with their names; they are told from then on what this one says
//   person.say        person, to, content, timestamp?, sealed?, urgent?, online?, hint?, transcript?
//   person.deliver    person, to, bytes, timestamp, ...: the same with any bytes for Content, and nothing told to own devices
//   person.sync       person, sync: to the account's other devices
//   person.next       the next event: content, delivered, refused, identity, empty, interrupted, failed
//   person.set        receipts, retries: whether it sends delivery receipts, and asks and answers again (it does both)
//   person.know       to, profileKey; person.accept to, identityKey; person.forget to, device: its session is gone
//   person.upload     file: {plaintext, contentType, fileName?, flags?, chunkSize?, pieces?, ...}: the pointer; person.put any bytes
//   person.download   pointer: the file, held against all that the pointer says
//   person.setProfile name, about?, emoji?; person.profile to, profileKey?; person.setUsername nickname; person.findUsername
//   person.readStorage, person.writeStorage records; person.publish oneTime, signed?; person.fetch verb, path, anonymous?, ...
//   proto.encode, proto.decode type, value or bytes; proto.describe: every message's fields
import { clientOperations } from './client/client-operations.mjs';
import { serve } from './lines.mjs';
import { netOperations } from './net-operations.mjs';
import { operations } from './operations.mjs';

await serve({ ...operations, ...netOperations, ...clientOperations }, { inOrder: false });
process.exit(0);
