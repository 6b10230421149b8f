using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Cryptography.Symmetric;
using Fluister.Protocol.AccountKeys;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Messages;
using Fluister.Protocol.SealedSender;
using Fluister.Protocol.SenderKeys;
using Fluister.Protocol.Usernames;

namespace Fluister.Benchmarks.Protocol;

/// <summary>Our side of every job; the official side is test/libsignal/bench.mjs, by the same names.</summary>
/// <remarks>A job prepares for a number of operations, and gives what is timed.</remarks>
internal static class ProtocolJobs
{
    private static readonly RandomSource Random = RandomSource.System;
    private static readonly byte[] Text = RandomNumberGenerator.GetBytes(1024);
    private static readonly Guid Distribution = new("d1d1d1d1-7000-11eb-b32a-33b8a8a487a6");
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);

    /// <summary>All jobs: name, what it is, operations in a round, and the rate that is wanted beside the official package's.</summary>
    public static IReadOnlyList<ProtocolJob> All { get; } =
    [
        new("session.encrypt", "encrypt 1 KB, one way", 1500, 2, (n, stored) => Encrypt(n, stored)),
        new("session.encrypt.stored", "the same, record read and written each time", 1500, 2, (n, _) => Encrypt(n, true)),
        new("session.decrypt", "decrypt 1 KB, one way", 1500, 2, (n, stored) => Decrypt(n, stored)),
        new("session.decrypt.stored", "the same, record read and written each time", 1500, 2, (n, _) => Decrypt(n, true)),
        new("session.pingPong", "encrypt and decrypt 1 KB, ping-pong", 400, 2, (n, stored) => PingPong(n, stored)),
        new("session.pingPong.stored", "the same, records read and written each time", 400, 2, (n, _) => PingPong(n, true)),
        new("session.begin", "begin a session, encrypt 1 KB", 100, 1, (n, _) => Begin(n)),
        new("session.accept", "decrypt a first message of 1 KB", 100, 1, (n, _) => Accept(n)),
        new("sealed.seal", "sealed sender: encrypt and seal 1 KB", 300, 1, (n, _) => Seal(n)),
        new("sealed.open", "sealed sender: open, check, decrypt 1 KB", 300, 1, (n, _) => Open(n)),
        new("sealed.sealToHundred", "seal 1 KB to a hundred", 6, 1, (n, _) => SealToHundred(n)),
        new("sealed.openOfHundred", "open one of these", 300, 1, (n, _) => OpenOfHundred(n)),
        new("senderKey.encrypt", "sender key: encrypt 1 KB", 800, 1, (n, stored) => GroupEncrypt(n, stored)),
        new("senderKey.encrypt.stored", "the same, record read and written each time", 800, 1, (n, _) => GroupEncrypt(n, true)),
        new("senderKey.decrypt", "sender key: decrypt 1 KB", 800, 1, (n, stored) => GroupDecrypt(n, stored)),
        new("senderKey.decrypt.stored", "the same, record read and written each time", 800, 1, (n, _) => GroupDecrypt(n, true)),
        new("key.agree", "X25519 agree", 1000, 0.8, (n, _) => Agree(n)),
        new("key.sign", "XEdDSA sign 1 KB", 1000, 0.8, (n, _) => Sign(n)),
        new("key.verify", "XEdDSA verify 1 KB", 1000, 0.8, (n, _) => Verify(n)),
        new("kem.generate", "Kyber-1024 key pair", 500, null, (n, _) => GenerateKem(n)),
        new("gcmSiv.encrypt", "AES-256-GCM-SIV 1 KB", 10_000, null, (n, _) => EncryptSiv(n)),
        new("pin.hash", "PIN hash", 1, null, (n, _) => HashPin(n)),
        new("username.prove", "username proof", 150, null, (n, _) => Prove(n)),
        new("username.verify", "username proof, verify", 300, null, (n, _) => VerifyProof(n)),
    ];

    private static Action Encrypt(int count, bool stored)
    {
        var (a, b) = BenchParty.Pair();
        return Times(count, () => a.Encrypt(b, Text, stored));
    }

    private static Action Decrypt(int count, bool stored)
    {
        var (a, b) = BenchParty.Pair();
        var messages = Enumerable.Range(0, count).Select(_ => a.Encrypt(b, Text, false)).ToArray();
        return Times(count, i => b.Decrypt(a, messages[i], stored));
    }

    private static Action PingPong(int count, bool stored)
    {
        var (a, b) = BenchParty.Pair();
        return Times(count, () =>
        {
            b.Decrypt(a, a.Encrypt(b, Text, stored), stored);
            (a, b) = (b, a);
        });
    }

    private static Action Begin(int count)
    {
        var a = new BenchParty();
        var peers = Enumerable.Range(0, count).Select(_ => new BenchParty()).Select(b => (b, Bundle: b.MakeBundle())).ToArray();
        return Times(count, i =>
        {
            a.Begin(peers[i].b, peers[i].Bundle);
            a.Encrypt(peers[i].b, Text, false);
        });
    }

    private static Action Accept(int count)
    {
        var b = new BenchParty();
        var messages = Enumerable.Range(0, count).Select(_ =>
        {
            var a = new BenchParty();
            a.Begin(b, b.MakeBundle());
            return (a, Bytes: a.Encrypt(b, Text, false));
        }).ToArray();
        return Times(count, i => b.DecryptFirst(messages[i].a, messages[i].Bytes));
    }

    private static Action Seal(int count)
    {
        var (a, b) = BenchParty.Pair();
        var (_, certificate) = Certified(a);
        return Times(count, () => SealedSenderCipher.Seal(
            new SealedContent(certificate, a.EncryptMessage(b, Text)), a.Local.Identity, b.Local.Identity.Public, Random));
    }

    private static Action Open(int count)
    {
        var (a, b) = BenchParty.Pair();
        var (root, certificate) = Certified(a);
        var messages = Enumerable.Range(0, count).Select(_ => SealedSenderCipher.Seal(
            new SealedContent(certificate, a.EncryptMessage(b, Text)), a.Local.Identity, b.Local.Identity.Public, Random)).ToArray();
        return Times(count, i =>
        {
            var opened = SealedSenderCipher.Unseal(messages[i], b.Local.Identity, b.Local.Address, [root], Now);
            b.Decrypt(a, opened.Content.MessageBytes, false);
        });
    }

    private static Action SealToHundred(int count)
    {
        var (content, sender, recipients) = ToHundred();
        return Times(count, () => SealedSenderCipher.Seal(content, sender.Local.Identity, recipients, [], Random));
    }

    private static Action OpenOfHundred(int count)
    {
        var reader = new BenchParty();
        var (content, sender, recipients) = ToHundred(reader);
        var message = MultiRecipientMessage.Parse(SealedSenderCipher.Seal(content, sender.Local.Identity, recipients, [], Random));
        var bytes = message.MessageFor(message.Recipients[0]);
        return Times(count, () => SealedSenderCipher.Open(bytes, reader.Local.Identity));
    }

    private static Action GroupEncrypt(int count, bool stored)
    {
        var key = SenderKeyRecord.Create(Random);
        return Times(count, () =>
        {
            key = stored ? SenderKeyRecord.Read(key.Write()) : key;
            key.Encrypt(Distribution, Text, Random);
        });
    }

    private static Action GroupDecrypt(int count, bool stored)
    {
        var (sender, receiver) = (SenderKeyRecord.Create(Random), new SenderKeyRecord());
        receiver.Process(SenderKeyDistributionMessage.Parse(sender.Distribution(Distribution).Serialized));
        var messages = Enumerable.Range(0, count).Select(_ => sender.Encrypt(Distribution, Text, Random).Serialized.ToArray()).ToArray();
        return Times(count, i =>
        {
            receiver = stored ? SenderKeyRecord.Read(receiver.Write()) : receiver;
            receiver.Decrypt(SenderKeyMessage.Parse(messages[i]));
        });
    }

    private static Action Agree(int count)
    {
        var (a, b) = (KeyPair.Generate(Random), KeyPair.Generate(Random));
        var shared = new byte[32];
        return Times(count, () => a.Private.Agree(b.Public, shared));
    }

    private static Action Sign(int count)
    {
        var a = KeyPair.Generate(Random);
        return Times(count, () => a.Private.Sign(Text, Random));
    }

    private static Action Verify(int count)
    {
        var a = KeyPair.Generate(Random);
        var signature = a.Private.Sign(Text, Random);
        return Times(count, () => a.Public.Verify(Text, signature));
    }

    private static Action GenerateKem(int count) => Times(count, () => KemKeyPair.Generate(Random));

    private static Action EncryptSiv(int count)
    {
        var cipher = new AesGcmSiv(new byte[32]);
        var (nonce, output, tag) = (new byte[12], new byte[Text.Length], new byte[16]);
        return Times(count, () => cipher.Encrypt(nonce, Text, output, tag));
    }

    private static Action HashPin(int count) => Times(count, () => PinHash.Create([1, 2, 3, 4], new byte[32]).Dispose());

    private static Action Prove(int count) => Times(count, () => Name().Prove(Random));

    private static Action VerifyProof(int count)
    {
        var (hash, proof) = (Name().Hash.ToArray(), Name().Prove(Random));
        return Times(count, () => Username.VerifyProof(proof, hash));
    }

    private static Username Name() =>
        Username.TryParse("heron.42", out var name, out var error) ? name : throw new InvalidOperationException($"{error}");

    private static (PublicKey Root, SenderCertificate Certificate) Certified(BenchParty sender)
    {
        var (root, server) = (KeyPair.Generate(Random), KeyPair.Generate(Random));
        var certificate = SenderCertificate.Create(
            sender.Local.Address,
            null,
            sender.Local.Identity.Public,
            Now.AddSeconds(1),
            ServerCertificate.Create(1, server.Public, root.Private, Random),
            server.Private,
            Random);
        return (root.Public, certificate);
    }

    private static (SealedContent Content, BenchParty Sender, List<SealedRecipient> Recipients) ToHundred(BenchParty? first = null)
    {
        var sender = new BenchParty();
        var (_, certificate) = Certified(sender);
        var content = new SealedContent(certificate, SenderKeyRecord.Create(Random).Encrypt(Distribution, Text, Random));
        var parties = Enumerable.Range(0, 100).Select(i => i == 0 && first is not null ? first : new BenchParty());
        var recipients = parties.Select(p => new SealedRecipient(p.Local.Address.Account, p.Local.Identity.Public, [new(1, 7)]));
        return (content, sender, [.. recipients]);
    }

    private static Action Times(int count, Action operation) => Times(count, _ => operation());

    private static Action Times(int count, Action<int> operation) => () =>
    {
        for (var i = 0; i < count; i++)
        {
            operation(i);
        }
    };
}
