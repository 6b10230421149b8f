using System.Text;
using Fluister.Archive.Conversations;
using Fluister.Archive.SignalDesktop.Keys;
using Fluister.Cryptography;

namespace Fluister.Tests.SignalDesktop;

public sealed class ProfileKeyTests : IDisposable
{
    // Known answers made with Node.js 20's crypto (OpenSSL): createCipheriv over the 64 digits of StoreKey, with the key from
    // pbkdf2Sync(password, "saltysalt", 1 or 1003, 16, "sha1") or hkdfSync("sha256", secret, salt, info, 32), the version put in front.
    private const string StoreKey = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    private const string WindowsKey = "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f";
    private const string LinuxPassword = "c2VjcmV0IHNlcnZpY2U=";
    private const string MacPassword = "bWFjIGtleWNoYWlu";
    private const string V10Fixed =
        "763130d44787e6131f0ea6c2c16580f01c47ac4aee5346f71e87d651fc8085c3b25fe0086373b47bd4caecdd812b2f27516bdbc5e032d430b8cacf1e17014591"
        + "4c8c3ea811a9b6f4b715267b469e5caea838c2";

    private const string V11 =
        "763131d0310dcf5d953bcf9be3eb66df694210cefd7ed50639d4618940d87eeb3bb5f621f064c54776ad9d682a4360f58e10a63d69f31551001db72300acf775"
        + "69b8fd3c7f967ad1deca7161ba43d73d82de75";

    private const string V11Empty =
        "763131e65f5e8062d644b11919a578e6f6ef366ff603f674e7da0b7b78ec3b686403ead2f03610ce11bd626cd8ca4acf34fdd2d85b02ea4b45927532d16644d2"
        + "4fd1bf3fd8034fbea8570009408bf79cfdbb04";

    private const string V10Mac =
        "76313014db44a8a5b5d372fa9e09fdb55bba5fdc7aaa58086b5e8405a90baeaa58eff01c034c632989bb6673395919bd17ac5a25fefa05c54479644d7a3f4982"
        + "3d371846c65732dbd340eb116027393af19a60";

    private const string V10Windows =
        "763130a0a1a2a3a4a5a6a7a8a9aaab4e0c9405f4e5b099911c9d8f166b4691a147f13e0cd516403ff1fb9de3039f9e2e650c85379bf249fbd6e2d87f40acc947"
        + "6b4a15c6e4810d400da908bea3cca44f6f0e039a67df736b68fdd939af9dff";

    private const string V12 =
        "763132b0b1b2b3b4b5b6b7b8b9babbf38ab5ae902fae46660a55407559275a898278dfe6d12eab197d3e644b2b621b4b10c8c7e17cd9a2479fc00809ccb15dd7"
        + "dce2c9d57268ebb137f272bb85942d0093b9a90acb9d9f1d100ba2358cfe7e";

    private readonly string _profile = Directory.CreateTempSubdirectory("fluister-keys-").FullName;

    private static byte[] PortalSecret => [.. Enumerable.Range(0, 64).Select(i => (byte)(255 - i))];

    public void Dispose() => Directory.Delete(_profile, recursive: true);

    [Fact]
    public void A_legacy_key_is_found() => Assert.Equal(StoreKey, Find(Config(key: StoreKey)));

    [Fact]
    public void The_fixed_password_needs_nothing_given() => Assert.Equal(StoreKey, Find(Config(encryptedKey: V10Fixed)));

    [Fact]
    public void The_empty_password_is_tried() => Assert.Equal(StoreKey, Find(Config(encryptedKey: V11Empty)));

    [Theory]
    [InlineData(V11, LinuxPassword)]
    [InlineData(V10Mac, MacPassword)]
    [InlineData(V10Windows, WindowsKey)]
    [InlineData(V10Windows, "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=")]
    public void A_password_from_another_computer_decrypts(string encryptedKey, string password) =>
        Assert.Equal(StoreKey, Find(Config(encryptedKey: encryptedKey), Encoding.UTF8.GetBytes(password)));

    [Fact]
    public void Windows_key_may_be_raw_bytes() =>
        Assert.Equal(StoreKey, Find(Config(encryptedKey: V10Windows), Convert.FromHexString(WindowsKey)));

    [Fact]
    public void Portal_secret_may_be_raw_bytes_hexadecimal_or_base64()
    {
        var config = Config(encryptedKey: V12);
        Assert.Equal(StoreKey, Find(config, PortalSecret));
        Assert.Equal(StoreKey, Find(config, Encoding.ASCII.GetBytes(Convert.ToHexString(PortalSecret))));
        Assert.Equal(StoreKey, Find(config, Encoding.ASCII.GetBytes(Convert.ToBase64String(PortalSecret))));
    }

    [Fact]
    public void EncryptedKey_comes_before_the_legacy_key()
    {
        Config(key: new string('f', 64), encryptedKey: V10Fixed);
        using var key = ProfileKey.Find(_profile, new KeyOptions(), _ => true);
        Assert.Equal(StoreKey, Convert.ToHexStringLower(key.Reveal()));
    }

    [Fact]
    public void A_legacy_key_serves_where_encryptedKey_does_not() =>
        Assert.Equal(StoreKey, Find(Config(key: StoreKey, encryptedKey: V11), "wrong"u8));

    [Fact]
    public void A_keyrings_secrets_are_tried_one_after_the_other()
    {
        var keyring = new FixedKeyring("v11", [(OsCryptScheme.Linux, "stale"), (OsCryptScheme.Linux, LinuxPassword)]);
        Config(encryptedKey: V11);
        using var key = ProfileKey.Find(_profile, new KeyOptions(), Fits, _ => [keyring]);
        Assert.Equal(StoreKey, Convert.ToHexStringLower(key.Reveal()));
    }

    [Fact]
    public void A_keyring_is_left_alone_where_the_person_says_so()
    {
        var keyring = new FixedKeyring("v11", [(OsCryptScheme.Linux, LinuxPassword)]);
        Config(encryptedKey: V11);
        Assert.Throws<ArchiveException>(() => ProfileKey.Find(_profile, new KeyOptions { UseKeyring = false }, Fits, _ => [keyring]));
    }

    [Fact]
    public void Failure_names_each_attempt_its_cause_and_the_next_step_but_no_secret()
    {
        var keyrings = new Keyring[] { new FixedKeyring("v11", []), new FixedKeyring("v11", null) };
        Config(key: new string('e', 64), encryptedKey: V11);
        using var password = new Secret("hunter2"u8);
        var options = new KeyOptions { KeyringPassword = password };
        var fault = Assert.Throws<ArchiveException>(() => ProfileKey.Find(_profile, options, Fits, _ => keyrings));
        Assert.Equal(ArchiveError.WrongKey, fault.Error);
        Assert.Contains(_profile, fault.Message, StringComparison.Ordinal);
        Assert.Contains(
            "v11 with the keyring password given, as on Linux: the password does not fit",
            fault.Message, StringComparison.Ordinal);
        Assert.Contains("v11 with a test keyring: it has no entry of Signal's", fault.Message, StringComparison.Ordinal);
        Assert.Contains("v11 with a test keyring: it is not running", fault.Message, StringComparison.Ordinal);
        Assert.Contains("v11 with the empty password", fault.Message, StringComparison.Ordinal);
        Assert.Contains("\"key\" in config.json: does not open the store", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Check that the password", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("eeee", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(V11[6..20], fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_given_key_is_verified_and_nothing_else_is_tried()
    {
        Config(key: StoreKey);
        using var right = new Secret(Convert.FromHexString(StoreKey));
        using var key = ProfileKey.Find(_profile, new KeyOptions { Key = right }, Fits);
        Assert.True(right.FixedTimeEquals(key));
        using var wrong = new Secret(new byte[32]);
        var fault = Assert.Throws<ArchiveException>(() => ProfileKey.Find(_profile, new KeyOptions { Key = wrong }, Fits));
        Assert.Contains("the key given: does not open the store", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", ArchiveError.Damaged)]
    [InlineData("[]", ArchiveError.Damaged)]
    [InlineData("{", ArchiveError.Damaged)]
    [InlineData("{\"key\":\"a\"} x", ArchiveError.Damaged)]
    [InlineData("{\"key\":1}", ArchiveError.Damaged)]
    [InlineData("{\"key\":null}", ArchiveError.Damaged)]
    [InlineData("{\"key\":\"\\ud800\"}", ArchiveError.Damaged)]
    [InlineData("{\"encryptedKey\":[\"00\"]}", ArchiveError.Damaged)]
    [InlineData("{\"safeStorageBackend\":{}}", ArchiveError.Damaged)]
    [InlineData("{\"key\":\"00\",\"key\":\"00\"}", ArchiveError.Damaged)]
    [InlineData("{\"key\":\"00\",\"k\\u0065y\":\"00\"}", ArchiveError.Damaged)]
    [InlineData("{\"safeStorageBackend\":\"\",\"safeStorageBackend\":\"\"}", ArchiveError.Damaged)]
    [InlineData("{\"key\":\"00\"}", ArchiveError.WrongKey)]
    [InlineData("{\"encryptedKey\":\"\"}", ArchiveError.WrongKey)]
    [InlineData("{\"encryptedKey\":\"7631\"}", ArchiveError.WrongKey)]
    [InlineData("{\"encryptedKey\":\"763130zz\"}", ArchiveError.WrongKey)]
    [InlineData("{\"encryptedKey\":\"76313\"}", ArchiveError.WrongKey)]
    [InlineData("{\"encryptedKey\":\"76393900\"}", ArchiveError.WrongKey)]
    [InlineData("{\"encryptedKey\":\"763130\"}", ArchiveError.WrongKey)]
    [InlineData("{\"a\":{\"key\":\"00\"}}", ArchiveError.WrongKey)]
    public void A_hostile_config_ends_in_an_error_that_names_it(string json, ArchiveError expected)
    {
        File.WriteAllText(Path.Combine(_profile, "config.json"), json);
        var fault = Assert.Throws<ArchiveException>(() => Find(_profile));
        Assert.Equal(expected, fault.Error);
        Assert.Contains(_profile, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_huge_config_and_a_huge_value_are_refused()
    {
        File.WriteAllText(Path.Combine(_profile, "config.json"), $"{{\"a\":\"{new string('a', ConfigFile.MaxLength)}\"}}");
        Assert.Contains("larger than", Assert.Throws<ArchiveException>(() => Find(_profile)).Message, StringComparison.Ordinal);
        Config(encryptedKey: new string('0', 5000));
        Assert.Contains("more than 4096", Assert.Throws<ArchiveException>(() => Find(_profile)).Message, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_profile, "config.json"), new string('[', 100_000));
        Assert.Equal(ArchiveError.Damaged, Assert.Throws<ArchiveException>(() => Find(_profile)).Error);
        File.Delete(Path.Combine(_profile, "config.json"));
        Assert.Equal(ArchiveError.NotFound, Assert.Throws<ArchiveException>(() => Find(_profile)).Error);
    }

    [Theory]
    [InlineData(StoreKey)]
    [InlineData(StoreKey + "\n")]
    [InlineData("  000102030405060708090A0B0C0D0E0F101112131415161718191a1b1c1d1e1f\r\n")]
    [InlineData("0x" + StoreKey)]
    [InlineData("x'" + StoreKey + "'\n")]
    [InlineData("X'" + StoreKey + "'")]
    public void A_key_file_may_hold_digits(string content)
    {
        var path = Path.Combine(_profile, "key");
        File.WriteAllText(path, content);
        using var key = ProfileKey.ReadKeyFile(path);
        Assert.Equal(StoreKey, Convert.ToHexStringLower(key.Reveal()));
    }

    [Fact]
    public void A_key_file_may_hold_bytes()
    {
        using var key = ProfileKey.ParseKeyFile(Convert.FromHexString(StoreKey));
        Assert.Equal(StoreKey, Convert.ToHexStringLower(key.Reveal()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x'")]
    [InlineData("x'00'")]
    [InlineData("not a key")]
    [InlineData(StoreKey + "00")]
    [InlineData("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1g")]
    public void Anything_else_in_a_key_file_is_refused(string content)
    {
        var path = Path.Combine(_profile, "key");
        File.WriteAllText(path, content);
        var fault = Assert.Throws<ArchiveException>(() => ProfileKey.ReadKeyFile(path));
        Assert.Contains(path, fault.Message, StringComparison.Ordinal);
        Assert.Throws<ArchiveException>(() => ProfileKey.ParseKeyFile(Encoding.UTF8.GetBytes(content)));
    }

    [Theory]
    [InlineData("pass word", "pass word")]
    [InlineData("pass\n", "pass")]
    [InlineData("pass\r\n", "pass")]
    [InlineData(" pass ", " pass ")]
    public void A_password_file_loses_one_line_end_only(string content, string expected)
    {
        var path = Path.Combine(_profile, "password");
        File.WriteAllText(path, content);
        using var password = ProfileKey.ReadPasswordFile(path);
        Assert.Equal(expected, Encoding.UTF8.GetString(password.Reveal()));
    }

    [Fact]
    public void A_password_file_of_raw_bytes_is_taken_whole()
    {
        var path = Path.Combine(_profile, "password");
        foreach (var content in new byte[][] { [0xff, 1, (byte)'\n'], [(byte)'a', 0, (byte)'\n'] })
        {
            File.WriteAllBytes(path, content);
            using var password = ProfileKey.ReadPasswordFile(path);
            Assert.Equal(content, password.Reveal().ToArray());
        }
    }

    private static bool Fits(Secret key) => key.Reveal().SequenceEqual(Convert.FromHexString(StoreKey));

    private static string Find(string profile, ReadOnlySpan<byte> password = default)
    {
        using var given = password.IsEmpty ? null : new Secret(password);
        using var key = ProfileKey.Find(profile, new KeyOptions { KeyringPassword = given, UseKeyring = false }, Fits);
        return Convert.ToHexStringLower(key.Reveal());
    }

    private string Config(string? key = null, string? encryptedKey = null)
    {
        var json = "{\n  \"mediaPermissions\": true,\n  \"window\": {\"key\": [1, {\"encryptedKey\": 2}]}"
            + (key is null ? "" : $",\n  \"key\": \"{key}\"")
            + (encryptedKey is null ? "" : $",\n  \"encryptedKey\": \"{encryptedKey}\",\n  \"safeStorageBackend\": \"gnome_libsecret\"")
            + "\n}\n";
        File.WriteAllText(Path.Combine(_profile, "config.json"), json);
        return _profile;
    }

    private sealed class FixedKeyring(string version, (OsCryptScheme Scheme, string Password)[]? secrets) : Keyring
    {
        public override string Name => "a test keyring";

        public override bool Serves(string asked) => asked == version;

        public override IEnumerable<(OsCryptScheme Scheme, Secret Password)> Read(string asked, string profileFolder) =>
            secrets?.Select(secret => (secret.Scheme, new Secret(Encoding.UTF8.GetBytes(secret.Password))))
            ?? throw new KeyringException("it is not running");
    }
}
