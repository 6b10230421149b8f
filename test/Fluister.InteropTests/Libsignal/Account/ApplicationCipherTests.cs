using System.Buffers;
using Fluister.Protocol.Attachments;
using Fluister.Protocol.Devices;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Padding;
using Fluister.Protocol.Profiles;
using Fluister.Protocol.Provisioning;
using Fluister.Protocol.Storage;
using Fluister.Tests.Protocol;

namespace Fluister.InteropTests.Libsignal.Account;

/// <summary>
/// The ciphers of Signal's applications against the second implementation, test/libsignal/application.mjs: fresh values, both ways.
/// No official package has them, so agreement here says that two readings of the format agree.
/// </summary>
public sealed class ApplicationCipherTests(LibsignalClient second) : IClassFixture<LibsignalClient>
{
    private readonly SeededRandom _random = new(4711);

    [Fact]
    public void Attachments_of_one_are_read_by_the_other()
    {
        for (var round = 0; round < 30; round++)
        {
            using var key = AttachmentKey.Generate(_random);
            var plaintext = Bytes(_random.Next(1 << _random.Next(18)));
            var output = new ArrayBufferWriter<byte>();
            using var encryptor = new AttachmentEncryptor(key, _random, plaintext.Length);
            encryptor.Append(plaintext, output);
            var seal = encryptor.Finish(output);
            Assert.Equal(plaintext, second.CallBytes("attachment.decrypt", new
            {
                key = key.Reveal().ToArray(),
                bytes = output.WrittenSpan.ToArray(),
                digest = seal.Digest.ToArray(),
                size = seal.Size,
            }));

            const int Chunk = 70_000;
            var request = new { key = key.Reveal().ToArray(), nonce = Bytes(16), plaintext, chunkSize = Chunk };
            var theirs = second.Call("attachment.encrypt", request);
            var read = new ArrayBufferWriter<byte>();
            var (digest, hash) = (theirs.Bytes("digest"), theirs.Bytes("plaintextHash"));
            var said = new AttachmentSeal(plaintext.Length, digest, hash, Chunk, theirs.Bytes("macs"));
            using var decryptor = new AttachmentDecryptor(key, said);
            decryptor.Append(theirs.Bytes("bytes"), read);
            decryptor.Finish(read);
            Assert.Equal(plaintext, read.WrittenSpan.ToArray());
        }
    }

    [Fact]
    public void Profiles_of_one_are_read_by_the_other()
    {
        using var key = ProfileKey.Generate(_random);
        var bytes = key.Reveal().ToArray();
        foreach (var text in new[] { "", "Alice", "Ünïcödé 🦀", new string('x', 53) })
        {
            var blob = ProfileCipher.EncryptName(key, new ProfileName(text), _random);
            Assert.Equal(text, Text(second.CallBytes("profile.decrypt", new { key = bytes, blob })));
            var theirs = second.CallBytes("profile.encrypt", new { key = bytes, nonce = Bytes(12), kind = "about", text });
            Assert.Equal(text, ProfileCipher.DecryptText(key, theirs));
        }

        using var access = key.AccessKey();
        Assert.Equal(second.CallBytes("profile.accessKeyVerifier", new { accessKey = access.Reveal().ToArray() }), access.Verifier());
    }

    [Fact]
    public void Device_names_of_one_are_read_by_the_other()
    {
        using var identity = IdentityKeyPair.Generate(_random);
        foreach (var name in new[] { "", "a laptop", "Telefon für Mü 📱", new string('y', 200) })
        {
            var ours = DeviceName.Encrypt(name, identity.Public, _random);
            var read = second.Call("device.decryptName", new { bytes = ours, identity = identity.Private.Reveal().ToArray() });
            Assert.Equal(name, read.GetString());
            using var ephemeral = KeyPair.Generate(_random);
            var identityKey = identity.Public.Serialized.ToArray();
            var request = new { name, identityKey, ephemeral = ephemeral.Private.Reveal().ToArray() };
            Assert.Equal(name, DeviceName.Decrypt(second.CallBytes("device.encryptName", request), identity.Private));
        }
    }

    [Fact]
    public void Provisioning_of_one_is_read_by_the_other()
    {
        using var shown = KeyPair.Generate(_random);
        using var identity = IdentityKeyPair.Generate(_random);
        var message = new ProvisioningMessage
        {
            Aci = Fluister.Protocol.Addresses.ServiceId.Aci(new Guid(Bytes(16))),
            Pni = Fluister.Protocol.Addresses.ServiceId.Pni(new Guid(Bytes(16))),
            AciIdentity = identity,
            Number = "+31612345678",
        };
        var envelope = ProvisioningCipher.Encrypt(message, shown.Public, _random);
        Assert.Equal(message.Write(), second.CallBytes("provisioning.decrypt", new { envelope, shown = shown.Private.Reveal().ToArray() }));
        using var ephemeral = KeyPair.Generate(_random);
        var theirs = second.CallBytes("provisioning.encrypt", new
        {
            ephemeral = ephemeral.Private.Reveal().ToArray(),
            shown = shown.Public.Serialized.ToArray(),
            nonce = Bytes(16),
            message = message.Write(),
        });
        Assert.Equal(message.Write(), ProvisioningCipher.Decrypt(theirs, shown.Private).Write());
    }

    [Fact]
    public void Items_of_the_storage_service_of_one_are_read_by_the_other()
    {
        for (var round = 0; round < 10; round++)
        {
            using var key = new StorageKey(Bytes(32));
            using var recordKey = round % 2 == 0 ? null : RecordKey.Generate(_random);
            var (storageKey, itemId, record) = (key.Reveal().ToArray(), Bytes(16), Bytes(1 + round * 30));
            var given = recordKey?.Reveal().ToArray();
            var blob = StorageCipher.EncryptItem(key, recordKey, itemId, record, _random);
            Assert.Equal(record, second.CallBytes("storage.decryptItem", new { storageKey, recordKey = given, itemId, blob }));
            var theirs = second.CallBytes("storage.encryptItem", new { storageKey, recordKey = given, itemId, record, nonce = Bytes(12) });
            Assert.Equal(record, StorageCipher.DecryptItem(key, recordKey, itemId, theirs));
        }
    }

    [Fact]
    public void Padding_is_the_same()
    {
        for (var length = 0; length < 250; length += 7)
        {
            var content = Bytes(length);
            Assert.Equal(second.CallBytes("padding.pad", new { content }), MessagePadding.Pad(content));
        }
    }

    private byte[] Bytes(int count) => _random.Bytes(count);

    private static string Text(byte[] padded) => System.Text.Encoding.UTF8.GetString(padded).TrimEnd('\0');
}
