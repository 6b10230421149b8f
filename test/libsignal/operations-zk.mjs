// Operations of anonymous credentials: a server's params, its notary, and receipts. Where `random` is given, the answer repeats.
import * as zk from '@signalapp/libsignal-client/zkgroup.js';

const secretOf = r => new zk.ServerSecretParams(r.secret);
const publicOf = r => new zk.ServerPublicParams(r.public);
const serverOf = r => new zk.ServerZkReceiptOperations(secretOf(r));
const clientOf = r => new zk.ClientZkReceiptOperations(publicOf(r));
const readable = {
  secret: zk.ServerSecretParams,
  public: zk.ServerPublicParams,
  context: zk.ReceiptCredentialRequestContext,
  request: zk.ReceiptCredentialRequest,
  response: zk.ReceiptCredentialResponse,
  credential: zk.ReceiptCredential,
  presentation: zk.ReceiptCredentialPresentation,
};

export const zkOperations = {
  'zk.read': r => new readable[r.kind](r.bytes).serialize(),
  'zk.params': r => {
    const secret = zk.ServerSecretParams.generateWithRandom(r.random);
    return { secret: secret.serialize(), public: secret.getPublicParams().serialize() };
  },
  'zk.sign': r => secretOf(r).signWithRandom(r.random, r.message).serialize(),
  'zk.verify': r => {
    publicOf(r).verifySignature(r.message, new zk.NotarySignature(r.signature));
    return true;
  },
  'receipt.request': r => {
    const context = clientOf(r).createReceiptCredentialRequestContextWithRandom(r.random, new zk.ReceiptSerial(r.serial));
    return { context: context.serialize(), request: context.getRequest().serialize() };
  },
  'receipt.issue': r => {
    const request = new zk.ReceiptCredentialRequest(r.request);
    return serverOf(r).issueReceiptCredentialWithRandom(r.random, request, r.expiration, BigInt(r.level)).serialize();
  },
  'receipt.receive': r => {
    const context = new zk.ReceiptCredentialRequestContext(r.context);
    const credential = clientOf(r).receiveReceiptCredential(context, new zk.ReceiptCredentialResponse(r.response));
    return {
      credential: credential.serialize(),
      expiration: credential.getReceiptExpirationTime(),
      level: credential.getReceiptLevel().toString(),
    };
  },
  'receipt.present': r =>
    clientOf(r).createReceiptCredentialPresentationWithRandom(r.random, new zk.ReceiptCredential(r.credential)).serialize(),
  'receipt.verify': r => {
    const presentation = new zk.ReceiptCredentialPresentation(r.presentation);
    serverOf(r).verifyReceiptCredentialPresentation(presentation);
    return {
      serial: presentation.getReceiptSerialBytes().serialize(),
      expiration: presentation.getReceiptExpirationTime(),
      level: presentation.getReceiptLevel().toString(),
    };
  },
};
