using Fluister.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.Storage;

namespace Fluister.Tests.Protocol.Storage;

public sealed class StorageCipherTests
{
    private static readonly StorageKey Key = new(new byte[32]);

    [Fact]
    public void Items_are_encrypted_and_decrypted_as_the_second_implementation_does()
    {
        foreach (var item in Golden.Read("application").GetProperty("storage").EnumerateArray())
        {
            using var key = new StorageKey(item.Bytes("storageKey"));
            var recordKey = item.BytesOrNull("recordKey") is { } bytes ? new RecordKey(bytes) : null;
            var nonce = new FixedRandom(item.Bytes("nonce"));
            var (id, record, encrypted) = (item.Bytes("itemId"), item.Bytes("record"), item.Bytes("output"));
            Assert.Equal(encrypted, StorageCipher.EncryptItem(key, recordKey, id, record, nonce));
            Assert.Equal(record, StorageCipher.DecryptItem(key, recordKey, id, encrypted));
        }
    }

    [Fact]
    public void Manifests_are_decrypted_as_the_second_implementation_encrypts_them()
    {
        foreach (var item in Golden.Read("application").GetProperty("manifests").EnumerateArray())
        {
            // All of them say version 1 inside: the other versions are refused, after the key was the right one.
            using var key = new StorageKey(item.Bytes("storageKey"));
            var version = item.GetProperty("version").GetUInt64();
            if (version == 1)
            {
                Assert.Empty(StorageCipher.DecryptManifest(key, version, item.Bytes("output")).Items);
            }
            else
            {
                Refused.With(ProtocolError.Malformed, () => StorageCipher.DecryptManifest(key, version, item.Bytes("output")));
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3000)]
    public void A_manifest_comes_back(int count)
    {
        var random = new SeededRandom(count);
        var items = Enumerable.Range(0, count).Select(i => StorageItemId.Generate((uint)(i % 12), random)).ToList();
        var manifest = new StorageManifest(77, 3, items, count == 0 ? null : RecordKey.Generate(random));
        var read = StorageCipher.DecryptManifest(Key, 77, StorageCipher.EncryptManifest(Key, manifest, random));
        Assert.Equal((manifest.Version, manifest.SourceDevice, count), (read.Version, read.SourceDevice, read.Items.Count));
        Assert.Equal(manifest.Write(), read.Write());
    }

    [Fact]
    public void A_manifest_belongs_to_its_version_and_its_key()
    {
        var encrypted = StorageCipher.EncryptManifest(Key, new StorageManifest(5, 1, [], null), RandomSource.System);
        Refused.With(ProtocolError.NotAuthentic, () => StorageCipher.DecryptManifest(Key, 6, encrypted));
        using var other = new StorageKey([.. Enumerable.Repeat((byte)1, 32)]);
        Refused.With(ProtocolError.NotAuthentic, () => StorageCipher.DecryptManifest(other, 5, encrypted));
        Refused.With(ProtocolError.Malformed, () => StorageCipher.DecryptManifest(Key, 5, new byte[28]));
        Refused.With(ProtocolError.Malformed, () => StorageCipher.DecryptManifest(Key, 5, new byte[Limits.StorageManifestBytes + 1]));
    }

    [Fact]
    public void An_item_belongs_to_its_id_and_its_record_key()
    {
        using var recordKey = RecordKey.Generate(new SeededRandom(1));
        var encrypted = StorageCipher.EncryptItem(Key, recordKey, "an id"u8, "a record"u8, RandomSource.System);
        Assert.Equal("a record"u8.ToArray(), StorageCipher.DecryptItem(Key, recordKey, "an id"u8, encrypted));
        Refused.With(ProtocolError.NotAuthentic, () => StorageCipher.DecryptItem(Key, recordKey, "no id"u8, encrypted));
        Refused.With(ProtocolError.NotAuthentic, () => StorageCipher.DecryptItem(Key, null, "an id"u8, encrypted));
    }

    [Fact]
    public void Random_manifests_are_read_or_refused()
    {
        var random = new SeededRandom(2);
        List<StorageItemId> items = [StorageItemId.Generate(1, random), StorageItemId.Generate(4, random)];
        var bytes = new StorageManifest(9, 1, items, RecordKey.Generate(random)).Write();
        for (var round = 0; round < 3000; round++)
        {
            byte[] changed = [.. bytes.AsSpan(0, random.Next(bytes.Length + 1)), .. random.Bytes(random.Next(4))];
            for (var i = 0; i < 2 && changed.Length > 0; i++)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }

            try
            {
                Assert.InRange(StorageManifest.Read(changed).Items.Count, 0, changed.Length);
            }
            catch (ProtocolException refusal)
            {
                Assert.True(refusal.Error is ProtocolError.Malformed or ProtocolError.BadKey, $"{random}, round {round}");
            }
        }
    }
}
