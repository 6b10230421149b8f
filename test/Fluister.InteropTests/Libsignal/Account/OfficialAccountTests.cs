using System.Text;
using Fluister.Protocol.AccountKeys;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Attachments;
using Fluister.Protocol.Devices;
using Fluister.Protocol.Fingerprints;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Profiles;
using Fluister.Protocol.ZkGroup.Profiles;
using Fluister.Tests.Protocol;

namespace Fluister.InteropTests.Libsignal.Account;

/// <summary>Fingerprints, account keys, PINs, incremental MACs and sealing to a key, with fresh values in both directions.</summary>
public sealed class OfficialAccountTests(LibsignalClient official) : IClassFixture<LibsignalClient>
{
    private readonly SeededRandom _random = new(4711);

    [Fact]
    public void Fingerprints_of_both_implementations_fit_each_other()
    {
        for (var round = 0; round < 10; round++)
        {
            using var ours = IdentityKeyPair.Generate(_random);
            using var theirs = IdentityKeyPair.Generate(_random);
            var (ourId, theirId) = (Bytes(16), Bytes(17));
            var mine = Fingerprint.Compute(ourId, ours.Public, theirId, theirs.Public);
            var official1 = official.Call("fingerprint.make", new
            {
                localId = theirId,
                localKey = theirs.Public.Serialized.ToArray(),
                remoteId = ourId,
                remoteKey = ours.Public.Serialized.ToArray(),
            });
            Assert.Equal(official1.Text("numeric"), mine.Digits);
            var scanned = official1.Bytes("scannable");
            Assert.Equal(FingerprintMatch.Same, mine.Scannable.Compare(ScannableFingerprint.Read(scanned)));
            Assert.True(official.Call("fingerprint.compare", new { ours = scanned, theirs = mine.Scannable.Write() }).GetBoolean());
            scanned[^1] ^= 1;
            Assert.Equal(FingerprintMatch.Different, mine.Scannable.Compare(ScannableFingerprint.Read(scanned)));
            Assert.False(official.Call("fingerprint.compare", new { ours = scanned, theirs = mine.Scannable.Write() }).GetBoolean());
        }
    }

    [Fact]
    public void Keys_that_derive_from_a_fresh_entropy_pool_are_the_same()
    {
        for (var round = 0; round < 20; round++)
        {
            using var pool = AccountEntropyPool.Generate(_random);
            var entropy = pool.RevealText();
            Assert.True(official.Call("entropy.isValid", new { entropy }).GetBoolean());
            using var svr = pool.SvrKey();
            using var backup = pool.BackupKey();
            Assert.Equal(official.CallBytes("entropy.svrKey", new { entropy }), svr.Reveal());
            Assert.Equal(official.CallBytes("entropy.backupKey", new { entropy }), backup.Reveal());

            var svrKeys = official.Call("svr.keys", new { svrKey = svr.Reveal().ToArray() });
            Assert.Equal(svrKeys.Bytes("registrationLock"), svr.RegistrationLock().Reveal());
            Assert.Equal(svrKeys.Bytes("recoveryPassword"), svr.RegistrationRecoveryPassword().Reveal());
            Assert.Equal(svrKeys.Bytes("storage"), svr.StorageKey().Reveal());
            Assert.Equal(svrKeys.Bytes("logging"), svr.LoggingKey().Reveal());

            var aci = ServiceId.Aci(new Guid(Bytes(16)));
            var mediaId = Bytes(15);
            var mediaName = "bild " + round + " ä";
            var backupKey = backup.Reveal().ToArray();
            var keys = official.Call("backup.keys", new { backupKey, account = aci.ToString(), mediaName, mediaId });
            Assert.Equal(keys.Bytes("id"), backup.BackupId(aci));
            Assert.Equal(keys.Bytes("ecKey"), backup.SigningKey(aci).Reveal());
            Assert.Equal(keys.Bytes("localMetadata"), backup.LocalMetadataKey().Reveal());
            Assert.Equal(keys.Bytes("mediaId"), backup.MediaId(mediaName));
            Assert.Equal(keys.Bytes("mediaKey"), backup.MediaKey(mediaId).Reveal());
            Assert.Equal(keys.Bytes("thumbnailKey"), backup.ThumbnailTransitKey(mediaId).Reveal());
        }
    }

    [Fact]
    public void Entropy_pools_of_the_official_package_are_read()
    {
        for (var round = 0; round < 20; round++)
        {
            Assert.True(AccountEntropyPool.TryParse(official.Call("entropy.generate").GetString(), out var pool));
            pool.Dispose();
        }
    }

    [Fact]
    public void Access_keys_versions_and_commitments_of_a_profile_key_are_the_same()
    {
        for (var round = 0; round < 20; round++)
        {
            using var key = ProfileKey.Generate(_random);
            using var access = key.AccessKey();
            var aci = ServiceId.Aci(new Guid(Bytes(16)));
            var fixedWidth = new byte[ServiceId.FixedWidthBytes];
            aci.WriteFixedWidth(fixedWidth);
            var bytes = key.Reveal().ToArray();
            Assert.Equal(Native("ProfileKey_DeriveAccessKey", bytes), access.Reveal());
            Assert.Equal(Native("ProfileKey_GetProfileKeyVersion", bytes, fixedWidth), Encoding.ASCII.GetBytes(key.Version(aci)));
            Assert.Equal(Native("ProfileKey_GetCommitment", bytes, fixedWidth), ProfileKeyCommitment.Of(key, aci));
        }
    }

    [Fact]
    public void A_pin_hashes_the_same_and_stored_hashes_are_verified_both_ways()
    {
        var (pin, salt) = (Encoding.UTF8.GetBytes("a pin"), Bytes(32));
        var theirs = official.Call("pin.hash", new { pin, salt });
        using var ours = PinHash.Create(pin, salt);
        Assert.Equal(theirs.Bytes("encryptionKey"), ours.RevealEncryptionKey());
        Assert.Equal(theirs.Bytes("accessKey"), ours.RevealAccessKey());

        var stored = official.Call("pin.localHash", new { pin }).GetString()!;
        Assert.True(LocalPinHash.Verify(stored, pin));
        Assert.False(LocalPinHash.Verify(stored, "another pin"u8));
        var hash = LocalPinHash.Create(pin, _random);
        Assert.True(official.Call("pin.verifyLocal", new { hash, pin }).GetBoolean());
        Assert.False(official.Call("pin.verifyLocal", new { hash, pin = Bytes(5) }).GetBoolean());
    }

    [Fact]
    public void The_salt_of_a_pin_is_that_of_a_known_recovery_service()
    {
        // The enclave and group of libsignal's attest/constants.rs for staging of the first quarter of 2026.
        var mrenclave = Convert.FromHexString("97f151f6ed078edbbfd72fa9cae694dcc08353f1f5e8d9ccd79a971b10ffc535");
        var theirs = official.Call("pin.hash", new { pin = "1234"u8.ToArray(), username = "username", mrenclave });
        using var ours = PinHash.Create("1234"u8, PinHash.Salt("username", StagingGroup));
        Assert.Equal(theirs.Bytes("accessKey"), ours.RevealAccessKey());
    }

    [Fact]
    public void Incremental_macs_are_the_same_and_are_checked_both_ways()
    {
        for (var round = 0; round < 50; round++)
        {
            var (key, data) = (Bytes(32), Bytes(_random.Next(3000)));
            var chunkSize = 1 + _random.Next(800);
            var theirs = official.CallBytes("mac.make", new { key, chunkSize, message = data });
            using var mac = new IncrementalMac(key, chunkSize);
            mac.Append(data);
            Assert.Equal(theirs, mac.Finish());

            var digests = (byte[])theirs.Clone();
            var isChanged = round % 2 == 1;
            if (isChanged)
            {
                digests[_random.Next(digests.Length)] ^= 4;
            }

            var validated = official.Call("mac.validate", new { key, chunkSize, digests, message = data });
            Assert.Equal(isChanged, validated.EnumerateArray().Any(count => count.GetInt64() < 0));
            Assert.Equal(isChanged, IsRefused(key, chunkSize, digests, data));
        }

        foreach (var size in new[] { 0, 1, 1 << 24, (1 << 24) + 1, 123_456_789, int.MaxValue })
        {
            Assert.Equal(official.Call("mac.chunkSize", new { size }).GetInt32(), IncrementalMac.ChunkBytesFor(size));
        }
    }

    [Fact]
    public void What_one_implementation_seals_to_a_key_the_other_opens()
    {
        for (var round = 0; round < 20; round++)
        {
            using var pair = KeyPair.Generate(_random);
            const string Info = "an info";
            var (message, associatedData) = (Bytes(round * 7), Bytes(round));
            var (publicKey, privateKey) = (pair.Public.Serialized.ToArray(), pair.Private.Reveal().ToArray());
            var theirs = official.CallBytes("key.seal", new { publicKey, message, info = Info, associatedData });
            Assert.Equal(message, pair.Private.Open(theirs, "an info"u8, associatedData));
            var ours = pair.Public.Seal(message, "an info"u8, associatedData, _random);
            var request = new { privateKey, message = ours, info = Info, associatedData };
            Assert.Equal(message, official.CallBytes("key.open", request));
            request.message[^1] ^= 1;
            Assert.Throws<LibsignalException>(() => official.Call("key.open", request));
        }
    }

    [Fact]
    public void The_time_of_a_device_is_sealed_as_signal_desktop_seals_it()
    {
        using var identity = IdentityKeyPair.Generate(_random);
        byte[] time = [0, 0, 1, 0x8b, 0xcf, 0xe5, 0x68, 0x7b];
        byte[] device = [2, 0, 0, 0x12, 0x67];
        var publicKey = identity.Public.Serialized.ToArray();
        var request = new { publicKey, message = time, info = "deviceCreatedAt", associatedData = device };
        var opened = DeviceCreation.Open(official.CallBytes("key.seal", request), 2, 0x1267, identity.Private);
        Assert.Equal(1_700_000_000_123, opened.ToUnixTimeMilliseconds());
    }

    private const ulong StagingGroup = 2330628069874851020;

    private static bool IsRefused(byte[] key, int chunkSize, byte[] digests, byte[] data)
    {
        using var check = new IncrementalMacCheck(key, chunkSize, digests);
        try
        {
            check.Append(data);
            check.Finish();
            return false;
        }
        catch (Fluister.Protocol.ProtocolException)
        {
            return true;
        }
    }

    private byte[] Bytes(int count) => _random.Bytes(count);

    private byte[] Native(string name, params object[] arguments) => official.CallBytes("native", new { name, arguments });
}
