// The official client's network stack, in its mode for a server on this machine, behind standard input and output: lines.mjs has
// the form. All of the oracle's operations are there too, so that one process holds a client with its keys and its connections.
// Requests are done at once, not in order: `chat.next` waits for what another request brings about.
//
//   net.open      net, port, authority, http (1 or 2), config?       a client of the server on that port
//   net.config    net, config                                        remote config for connections made afterwards
//   net.register  net, party, number, token, code, ...               an account by invite; answers aci, pni, password, ...
//   net.registerWithoutNumber net, party, presentation, ...          an account by a receipt; password, accessKey, recoveryPassword
//                                                                    may be given, so that a request can be sent again
//   net.recoverWithoutNumber  net, party, aci, recoveryPassword, ... gives an account back by its id
//   net.receipt   chat, purchase, context, public                    a receipt for an invite, by an anonymous connection
//   net.device    party, from, device                               the keys of another device of a party's account; its registration id
//   chat.connect  net, chat, username?, password?, receiveStories?   a connection; without a username an anonymous one
//   chat.next     chat                                               waits for the next event: message, empty, alerts, interrupted
//   chat.answer   chat, message, status                              answers a message that came
//   chat.fetch    chat, verb, path, headers?, body?                  any request
//   chat.call     chat, method, arguments                            any of the typed functions of a connection
//   chat.disconnect chat
//
// Arguments of chat.call that JSON has no form for: {"serviceId": text}, {"big": text}, {"ciphertext": name of a kept message},
// {"publicKey": bytes}, {"kemPublicKey": bytes}, {"svrKey": bytes}, {"set": list}.
import { serve } from './lines.mjs';
import { netOperations } from './net-operations.mjs';
import { operations } from './operations.mjs';

await serve({ ...operations, ...netOperations }, { inOrder: false });
process.exit(0);
