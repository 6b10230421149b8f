// What the client named: parties, and native objects that were kept for a later call; and what requests have in common.
import { ProtocolAddress } from '@signalapp/libsignal-client';

export const parties = new Map();
export const kept = new Map();

export const keep = (name, value) => {
  if (name !== undefined) kept.set(name, value);
};

export const found = name => {
  if (!kept.has(name)) throw new Error(`nothing is kept as ${name}`);
  return kept.get(name);
};

export const partyOf = request => {
  const party = parties.get(request.party);
  if (!party) throw new Error(`there is no party ${request.party}`);
  return party;
};

export const addressOf = request => ProtocolAddress.new(request.address, request.device);

export const timeOf = request => (request.now === undefined ? new Date() : new Date(request.now));

export const answerMessage = (request, message) => {
  keep(request.keep, message);
  return { type: message.type(), bytes: message.serialize() };
};

// Numbers of 64 bits beyond what JavaScript counts exactly are not shown; the message that holds them is taken all the same.
export const countable = read => {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
};
