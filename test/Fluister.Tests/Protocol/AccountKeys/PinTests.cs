using Fluister.Protocol;
using Fluister.Protocol.AccountKeys;

namespace Fluister.Tests.Protocol.AccountKeys;

public sealed class PinTests
{
    // libsignal, account-keys/hash.rs (known_hash, known_hash2) and AccountKeysTest.ts.
    [Theory]
    [InlineData(
        "password", 0x00, 0x20,
        "44652df80490fc66bb864a9e638b2f7dc9e20649671dd66bbb9c37bee2bfecf1",
        "ab7e8499d21f80a6600b3b9ee349ac6d72c07e3359fe885a934ba7aa844429f8",
        "3f33ce58eb25b40436592a30eae2a8fabab1899095f4e2fba6e2d0dc43b4a2d9cac5a3931748522393951e0e54dec769")]
    public void A_hash_and_what_it_encrypts_are_as_published(
        string pin, int firstOfSalt, int firstOfKey, string encryptionKey, string accessKey, string encrypted)
    {
        using var hash = PinHash.Create(System.Text.Encoding.UTF8.GetBytes(pin), Counting(firstOfSalt));
        using var svr = new SvrKey(Counting(firstOfKey));
        Assert.Equal(encryptionKey, Convert.ToHexStringLower(hash.RevealEncryptionKey()));
        Assert.Equal(accessKey, Convert.ToHexStringLower(hash.RevealAccessKey()));
        Assert.Equal(encrypted, Convert.ToHexStringLower(hash.Encrypt(svr)));
        Assert.Equal(svr.Reveal(), hash.Decrypt(Convert.FromHexString(encrypted)).Reveal());
        for (var i = 0; i < 48; i++)
        {
            var changed = Convert.FromHexString(encrypted);
            changed[i] ^= 1;
            Refused.With(ProtocolError.NotAuthentic, () => hash.Decrypt(changed));
        }

        Refused.With(ProtocolError.Malformed, () => hash.Decrypt(new byte[47]));
    }

    [Fact]
    public void A_salt_is_as_published() => Assert.Equal(
        "d6159ba30f90b6eb6ccf1ec844427f052baaf0705da849767471744cdb3f8a5e",
        Convert.ToHexStringLower(PinHash.Salt("username", 3862621253427332054)));

    [Fact]
    public void A_salt_has_32_bytes() => Assert.Throws<ArgumentOutOfRangeException>(() => PinHash.Create("1234"u8, new byte[31]));

    [Fact]
    public void Stored_hashes_of_the_official_package_are_verified()
    {
        // libsignal, account-keys/hash.rs (known_phc_string).
        const string Known = "$argon2i$v=19$m=512,t=64,p=1$ICEiIyQlJicoKSorLC0uLw$NeZzhiNv4cRmRMct9scf7d838bzmHJvrZtU/0BH0v/U";
        Assert.True(LocalPinHash.Verify(Known, "apassword"u8));
        Assert.False(LocalPinHash.Verify(Known, "wrongpin"u8));
        foreach (var item in Golden.Read("account").GetProperty("pins").EnumerateArray())
        {
            var pin = System.Text.Encoding.UTF8.GetBytes(item.GetProperty("pin").GetString()!);
            Assert.True(LocalPinHash.Verify(item.GetProperty("stored").GetString()!, pin));
        }
    }

    [Fact]
    public void A_stored_hash_has_the_form_of_the_official_package()
    {
        var salt = Convert.FromHexString("202122232425262728292a2b2c2d2e2f");
        Assert.Equal(
            "$argon2i$v=19$m=512,t=64,p=1$ICEiIyQlJicoKSorLC0uLw$NeZzhiNv4cRmRMct9scf7d838bzmHJvrZtU/0BH0v/U",
            LocalPinHash.Create("apassword"u8, new FixedRandom(salt)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hunter2")]
    [InlineData("$argon2d$v=19$m=512,t=64,p=1$ICEiIyQlJicoKSorLC0uLw$NeZzhiNv4cRmRMct9scf7d838bzmHJvrZtU/0BH0v/U")]
    [InlineData("$argon2i$v=16$m=512,t=64,p=1$ICEiIyQlJicoKSorLC0uLw$NeZzhiNv4cRmRMct9scf7d838bzmHJvrZtU/0BH0v/U")]
    [InlineData("$argon2i$v=19$m=1048576,t=64,p=1$ICEiIyQlJicoKSorLC0uLw$NeZzhiNv4cRmRMct9scf7d838bzmHJvrZtU/0BH0v/U")]
    [InlineData("$argon2i$v=19$m=512,t=4000000000,p=1$ICEiIyQlJicoKSorLC0uLw$NeZzhiNv4cRmRMct9scf7d838bzmHJvrZtU/0BH0v/U")]
    [InlineData("$argon2i$v=19$m=512,t=129,p=1$ICEiIyQlJicoKSorLC0uLw$NeZzhiNv4cRmRMct9scf7d838bzmHJvrZtU/0BH0v/U")]
    [InlineData("$argon2i$v=19$m=512,t=0,p=1$ICEiIyQlJicoKSorLC0uLw$NeZzhiNv4cRmRMct9scf7d838bzmHJvrZtU/0BH0v/U")]
    [InlineData("$argon2i$v=19$m=-512,t=64,p=1$ICEiIyQlJicoKSorLC0uLw$NeZzhiNv4cRmRMct9scf7d838bzmHJvrZtU/0BH0v/U")]
    [InlineData("$argon2i$v=19$m=512,t=64,p=2$ICEiIyQlJicoKSorLC0uLw$NeZzhiNv4cRmRMct9scf7d838bzmHJvrZtU/0BH0v/U")]
    [InlineData("$argon2i$v=19$m=512,t=64,p=1$ICE$NeZzhiNv4cRmRMct9scf7d838bzmHJvrZtU/0BH0v/U")]
    [InlineData("$argon2i$v=19$m=512,t=64,p=1$ICEiIyQlJicoKSorLC0uLw$")]
    [InlineData("$argon2i$v=19$m=512,t=64,p=1$ICEiIyQlJicoKSorLC0uLw$NeZzhiNv4cRmRMct9scf7d838bzmHJvrZtU/0BH0v/U$")]
    [InlineData("$argon2i$v=19$m=512,t=64,p=1$????????????????$NeZzhiNv4cRmRMct9scf7d838bzmHJvrZtU/0BH0v/U")]
    public void A_stored_text_that_is_no_hash_or_asks_for_too_much_is_refused(string stored) =>
        Refused.With(ProtocolError.Malformed, () => LocalPinHash.Verify(stored, "1234"u8));

    // Signal-Android, kbs_pin_normalization_vectors.json.
    [Theory]
    [InlineData("", "")]
    [InlineData("password", "70617373776f7264")]
    [InlineData("password ", "70617373776f7264")]
    [InlineData(" pass word ", "7061737320776f7264")]
    [InlineData("12345", "3132333435")]
    [InlineData(" 12345 ", "3132333435")]
    [InlineData("\u0661\u0662\u0663\u0664\u0665", "3132333435")]
    [InlineData("\u0661\u0662\u06634\u0665", "3132333435")]
    [InlineData("  \u0661\u0662\u0663\u0664\u0665  ", "3132333435")]
    public void A_pin_is_normalised_as_published(string pin, string utf8)
    {
        Assert.True(Pin.TryNormalize(pin, out var normalized));
        Assert.Equal(utf8, Convert.ToHexStringLower(normalized));
    }

    private static byte[] Counting(int first) => [.. Enumerable.Range(first, 32).Select(i => (byte)i)];
}
