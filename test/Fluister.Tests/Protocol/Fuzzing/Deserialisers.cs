using System.Buffers;
using System.Text.Json;
using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Attachments;
using Fluister.Protocol.Devices;
using Fluister.Protocol.Fingerprints;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Messages;
using Fluister.Protocol.PreKeys;
using Fluister.Protocol.Profiles;
using Fluister.Protocol.Provisioning;
using Fluister.Protocol.Ratchets.Spqr;
using Fluister.Protocol.SealedSender;
using Fluister.Protocol.SenderKeys;
using Fluister.Protocol.Sessions;
using Fluister.Protocol.Storage;
using Fluister.Protocol.Usernames;

namespace Fluister.Tests.Protocol.Fuzzing;

/// <summary>Everything that reads bytes from outside, each with valid bytes to begin from.</summary>
internal static class Deserialisers
{
    private static readonly JsonElement Sessions = Golden.Read("sessions").GetProperty("conversations");
    private static readonly JsonElement Spqr = Golden.Read("spqr").GetProperty("samples");
    private static readonly JsonElement SenderKeys = Golden.Read("sender-keys").GetProperty("steps");
    private static readonly JsonElement Sealed = Golden.Read("sealed");
    private static readonly SeededRandom Random = new(99);
    private static readonly IdentityKeyPair Bob = IdentityKeyPair.Read(Sealed.GetProperty("bob").Bytes("identity"));
    private static readonly StorageKey Storage = new(new byte[32]);
    private static readonly Secret Entropy = new(new byte[32]);
    private static readonly (byte[] Bytes, AttachmentSeal Seal) Attachment = MakeAttachment();
    private static readonly ProfileKey Profile = new(new byte[32]);

    /// <summary>All of them by name.</summary>
    public static IReadOnlyDictionary<string, Deserialiser> All { get; } = new Deserialiser[]
    {
        new("public key", b => PublicKey.Read(b), () => [Bob.Public.Serialized.ToArray()]),
        new("identity key pair", b => IdentityKeyPair.Read(b).Dispose(), () => [Bob.Write()]),
        new("KEM public key", b => KemPublicKey.Read(b), () => [PreKeys("bob", "bundle").Bytes("kyberPreKey")], 1),
        new("service id", b => _ = ServiceId.TryRead(b, out _) | ServiceId.TryReadFixedWidth(b, out _), () => [new byte[16], new byte[17]]),
        new("one-time pre-key", b => PreKey.Read(b).Dispose(), () => [PreKeys("bob", "preKeys").Bytes("preKey")]),
        new("signed pre-key", b => SignedPreKey.Read(b).Dispose(), () => [PreKeys("bob", "preKeys").Bytes("signedPreKey")]),
        new("KEM pre-key", b => KemPreKey.Read(b).Dispose(), () => [PreKeys("bob", "preKeys").Bytes("kyberPreKey")]),
        new("session record", ReadSession, () => [.. Records(), .. Spqr.EnumerateArray().Take(8).Select(s => s.Bytes("before"))]),
        new("post-quantum state", b => SpqrRatchet.Read(b), () => [.. Spqr.EnumerateArray().Select(s => PostQuantum(s.Bytes("before")))]),
        new("message", b => SignalMessage.Parse(b), () => [.. Spqr.EnumerateArray().Select(s => s.Bytes("bytes"))], 1, 8),
        new("pre-key message", b => PreKeySignalMessage.Parse(b), () => [.. PreKeyMessages()], 1),
        new("sender key message", b => SenderKeyMessage.Parse(b), () => Step("send"), 1, 64),
        new("sender key distribution", b => SenderKeyDistributionMessage.Parse(b), () => Step("create"), 1),
        new("sender key record", b => SenderKeyRecord.Read(b).Write(), () => Step("record")),
        new("plaintext content", b => PlaintextContent.Parse(b).Report(), () => [Report().Plaintext], 1),
        new("decryption error", b => DecryptionErrorMessage.Parse(b), () => [Report().Error]),
        new("server certificate", b => ServerCertificate.Read(b), () => [Sealed.Bytes("serverCertificate")]),
        new("sender certificate", b => SenderCertificate.Read(b), () => [Sealed.Bytes("certificate"), Sealed.Bytes("expired")]),
        new("sealed content", b => SealedContent.Read(b).ReadMessage(), () => Contents("content")),
        new("sealed message", b => SealedSenderCipher.Open(b, Bob), () => [.. Contents("one"), .. Contents("received")], 1),
        new("multi-recipient message", ReadMany, () => Contents("many")),
        new("scannable fingerprint", b => ScannableFingerprint.Read(b), () => [Scannable()]),
        new("provisioning message", b => ProvisioningMessage.Read(b).Dispose(), () => [Provisioning()]),
        new("provisioning envelope", b => ProvisioningCipher.Decrypt(b, Bob.Private).Dispose(), () => [ProvisioningEnvelope()]),
        new("device name", b => DeviceName.Decrypt(b, Bob.Private), () => [DeviceName.Encrypt("a laptop", Bob.Public, Random)]),
        new("device creation", b => DeviceCreation.Open(b, 2, 3, Bob.Private), () => [Creation()]),
        new("storage manifest", b => StorageManifest.Read(b), () => [Manifest().Write()]),
        new("encrypted storage manifest", b => StorageCipher.DecryptManifest(Storage, 7, b), () => [EncryptedManifest()]),
        new("storage item", b => StorageCipher.DecryptItem(Storage, null, [], b), () => [Item()]),
        new("username link", b => UsernameLink.Decrypt(b, Entropy), () => [UsernameLink.Encrypt("someone.42", Entropy, Random)]),
        new("attachment", ReadAttachment, () => [Attachment.Bytes]),
        new("profile name", b => ProfileCipher.DecryptName(Profile, b), () => [ProfileCipher.EncryptName(Profile, new("A", "B"), Random)]),
    }.ToDictionary(d => d.Name, StringComparer.Ordinal);

    /// <summary>The post-quantum ratchet's state in a session record.</summary>
    public static byte[] PostQuantum(byte[] record) =>
        ProtoField.Parse(ProtoField.Parse(record)!.Find(f => f.Number == 1)!.Content)!.Find(f => f.Number == 15)!.Content;

    private static void ReadSession(byte[] bytes)
    {
        using var record = SessionRecord.Read(bytes);
        record.Write();
    }

    private static void ReadAttachment(byte[] bytes)
    {
        var output = new ArrayBufferWriter<byte>();
        using var decryptor = new AttachmentDecryptor(new AttachmentKey(new byte[64]), Attachment.Seal);
        decryptor.Append(bytes, output);
        decryptor.Finish(output);
    }

    private static (byte[] Bytes, AttachmentSeal Seal) MakeAttachment()
    {
        var output = new ArrayBufferWriter<byte>();
        using var encryptor = new AttachmentEncryptor(new AttachmentKey(new byte[64]), new SeededRandom(1), 3);
        encryptor.Append([1, 2, 3], output);
        var seal = encryptor.Finish(output);
        return (output.WrittenSpan.ToArray(), seal);
    }

    private static void ReadMany(byte[] bytes)
    {
        var message = MultiRecipientMessage.Parse(bytes);
        foreach (var recipient in message.Recipients)
        {
            message.MessageFor(recipient);
        }
    }

    private static JsonElement PreKeys(string who, string what) => Sessions[0].GetProperty(who).GetProperty(what);

    private static IEnumerable<byte[]> Records() =>
        Sessions.EnumerateArray().SelectMany(c => c.GetProperty("steps").EnumerateArray()).Select(s => s.Bytes("record"));

    private static IEnumerable<byte[]> PreKeyMessages() =>
        Sessions.EnumerateArray().SelectMany(c => c.GetProperty("steps").EnumerateArray())
            .Where(s => s.TryGetProperty("type", out var type) && type.GetInt32() == 3).Select(s => s.Bytes("bytes"));

    private static byte[][] Step(string name) =>
        [.. SenderKeys.EnumerateArray().Where(s => s.TryGetProperty(name, out _)).Select(s => s.Bytes(name == "send" ? "bytes" : name))];

    private static byte[][] Contents(string name) => [.. Sealed.GetProperty("contents").EnumerateArray().Select(c => c.Bytes(name))];

    private static (byte[] Error, byte[] Plaintext) Report()
    {
        var error = DecryptionErrorMessage.For(CiphertextMessageType.Signal, Spqr[0].Bytes("bytes"), 1_700_000_000_000, 3);
        return (error.Serialized.ToArray(), new PlaintextContent(error).Serialized.ToArray());
    }

    private static byte[] Scannable() =>
        Fingerprint.Compute("one"u8, Bob.Public, "two"u8, IdentityKeyPair.Generate(Random).Public).Scannable.Write();

    private static byte[] Creation() => DeviceCreation.Seal(DateTimeOffset.UnixEpoch.AddDays(20_000), 2, 3, Bob.Public, Random);

    private static byte[] Item() => StorageCipher.EncryptItem(Storage, null, [], [2], Random);

    private static byte[] EncryptedManifest() => StorageCipher.EncryptManifest(Storage, Manifest(), Random);

    private static byte[] ProvisioningEnvelope() =>
        ProvisioningCipher.Encrypt(ProvisioningMessage.Read(Provisioning()), Bob.Public.Key, Random);

    private static byte[] Provisioning() => new ProvisioningMessage
    {
        Aci = ServiceId.Aci(new Guid("9d0652a3-dcc3-4d11-975f-74d61598733f")),
        Pni = ServiceId.Pni(new Guid("796abedb-ca4e-4f18-8803-1fde5b921f9f")),
        AciIdentity = Bob,
        PniIdentity = IdentityKeyPair.Generate(Random),
        Number = "+31612345678",
        Code = "code",
        ProfileKey = new ProfileKey(new byte[32]),
        Version = 1,
    }.Write();

    private static StorageManifest Manifest() =>
        new(7, 1, [.. Enumerable.Range(1, 9).Select(kind => StorageItemId.Generate((uint)kind, Random))], RecordKey.Generate(Random));
}
