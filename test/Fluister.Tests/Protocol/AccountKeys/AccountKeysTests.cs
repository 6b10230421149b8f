using Fluister.Protocol;
using Fluister.Protocol.AccountKeys;
using Fluister.Protocol.Addresses;

namespace Fluister.Tests.Protocol.AccountKeys;

public sealed class AccountKeysTests
{
    [Fact]
    public void What_derives_from_an_svr_key_is_as_published()
    {
        // libsignal, account-keys/lib.rs (from Signal-iOS' MasterKeyTest).
        using var key = new SvrKey([.. Enumerable.Repeat((byte)0x2a, 32)]);
        Assert.Equal("3a40e25812e6c20cca76a602451dd2bc7484553514438cade320c2aef54e10d1", Hex(key.RegistrationLock().Reveal()));
        Assert.Equal("91f959cfee39676dedd028bc8bbbd1e91ffa6a42c57754d095fe8abe7f0d4f56", Hex(key.RegistrationRecoveryPassword().Reveal()));
        Assert.Equal("3f31b618172a9f8ad45e290788e6176736e6161d4ea0e8050f8553521f59c200", Hex(key.StorageKey().Reveal()));
        Assert.Equal("cd2a39f4857de4df3fe793d1de061bfa3dd63533c0a4ef79b3fa3eba2bf96e62", Hex(key.LoggingKey().Reveal()));
    }

    [Fact]
    public void What_derives_from_an_account_entropy_pool_is_as_published()
    {
        // libsignal, account-keys/backup.rs.
        Assert.True(AccountEntropyPool.TryParse("dtjs858asj6tv0jzsqrsmj0ubp335pisj98e9ssnss8myoc08drhtcktyawvx45l", out var pool));
        using var backup = pool.BackupKey();
        Assert.Equal("ea26a2ddb5dba5ef9e34e1b8dea1f5ae7f255306a6d2d883e542306eaa9fe985", Hex(backup.Reveal()));
        Assert.True(ServiceId.TryParse("659aa5f4-a28d-fcc1-1ea1-b997537a3d95", out var aci));
        Assert.Equal("8a624fbc45379043f39f1391cddc5fe8", Hex(backup.BackupId(aci)));
    }

    [Fact]
    public void The_official_package_derives_the_same_from_an_entropy_pool()
    {
        foreach (var item in Golden.Read("account").GetProperty("entropies").EnumerateArray())
        {
            Assert.True(AccountEntropyPool.TryParse(item.GetProperty("entropy").GetString(), out var pool));
            Assert.True(ServiceId.TryParse(item.GetProperty("account").GetString(), out var aci));
            using var svr = pool.SvrKey();
            using var backup = pool.BackupKey();
            Assert.Equal(item.Bytes("svrKey"), svr.Reveal());
            Assert.Equal(item.Bytes("backupKey"), backup.Reveal());
            var (svrKeys, backupKeys, mediaId) = (item.GetProperty("svr"), item.GetProperty("backup"), item.Bytes("mediaIdIn"));
            Assert.Equal(svrKeys.Bytes("registrationLock"), svr.RegistrationLock().Reveal());
            Assert.Equal(svrKeys.Bytes("recoveryPassword"), svr.RegistrationRecoveryPassword().Reveal());
            Assert.Equal(svrKeys.Bytes("storage"), svr.StorageKey().Reveal());
            Assert.Equal(svrKeys.Bytes("logging"), svr.LoggingKey().Reveal());
            Assert.Equal(backupKeys.Bytes("id"), backup.BackupId(aci));
            Assert.Equal(backupKeys.Bytes("ecKey"), backup.SigningKey(aci).Reveal());
            Assert.Equal(backupKeys.Bytes("localMetadata"), backup.LocalMetadataKey().Reveal());
            Assert.Equal(backupKeys.Bytes("mediaId"), backup.MediaId(item.GetProperty("mediaName").GetString()!));
            Assert.Equal(backupKeys.Bytes("mediaKey"), backup.MediaKey(mediaId).Reveal());
            Assert.Equal(backupKeys.Bytes("thumbnailKey"), backup.ThumbnailTransitKey(mediaId).Reveal());
        }
    }

    [Fact]
    public void The_official_package_derives_the_same_from_a_profile_key()
    {
        foreach (var item in Golden.Read("account").GetProperty("profileKeys").EnumerateArray())
        {
            using var key = new Fluister.Protocol.Profiles.ProfileKey(item.Bytes("profileKey"));
            using var access = key.AccessKey();
            Assert.True(ServiceId.TryParse(item.GetProperty("account").GetString(), out var aci));
            Assert.Equal(item.Bytes("accessKey"), access.Reveal());
            Assert.Equal(item.GetProperty("version").GetString(), key.Version(aci));
        }
    }

    [Fact]
    public void Fresh_entropy_pools_use_all_of_the_alphabet_and_nothing_else()
    {
        var random = new SeededRandom(1);
        var counts = new int[128];
        for (var i = 0; i < 1000; i++)
        {
            using var pool = AccountEntropyPool.Generate(random);
            var text = pool.RevealText();
            Assert.Matches("^[0-9a-z]{64}$", text);
            foreach (var character in text)
            {
                counts[character]++;
            }
        }

        // 64,000 draws of 36: 1,778 each, with a deviation of 42.
        foreach (var character in "0123456789abcdefghijklmnopqrstuvwxyz")
        {
            Assert.InRange(counts[character], 1778 - 250, 1778 + 250);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm")]
    [InlineData("mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm")]
    [InlineData("mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm ")]
    [InlineData("Mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm")]
    [InlineData("\u0131mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm")]
    public void Another_text_is_no_entropy_pool(string text)
    {
        Assert.False(AccountEntropyPool.TryParse(text, out var pool));
        Assert.Null(pool);
    }

    [Fact]
    public void Keys_of_another_length_are_refused()
    {
        Refused.With(ProtocolError.BadKey, () => new SvrKey(new byte[33]));
        Refused.With(ProtocolError.BadKey, () => new BackupKey([]));
        using var backup = new BackupKey(new byte[32]);
        Assert.Throws<ArgumentOutOfRangeException>(() => backup.MediaKey(new byte[16]));
        Assert.Throws<ArgumentException>(() => backup.BackupId(ServiceId.Pni(default)));
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}
