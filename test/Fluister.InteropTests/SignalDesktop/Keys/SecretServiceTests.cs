using System.Security.Cryptography;
using System.Text;
using Fluister.Archive.Conversations;
using Fluister.Archive.SignalDesktop.Keys;
using Fluister.Cryptography;

namespace Fluister.InteropTests.SignalDesktop.Keys;

/// <summary>Against GNOME Keyring, filled by libsecret's own tool and by its own Secret portal.</summary>
public sealed class SecretServiceTests : IDisposable
{
    // Made with Node.js' crypto, as in ProfileKeyTests.
    private const string StoreKey = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    private const string Password = "c2VjcmV0IHNlcnZpY2U=";
    private const string Config =
        "{\"encryptedKey\":\"763131d0310dcf5d953bcf9be3eb66df694210cefd7ed50639d4618940d87eeb3bb5f621f064c54776ad9d682a4360f58e10a63d69f3"
        + "1551001db72300acf77569b8fd3c7f967ad1deca7161ba43d73d82de75\",\"safeStorageBackend\":\"gnome_libsecret\"}";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly DesktopSession _session = new();

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData("Signal", "Signal")]
    [InlineData("Signal Beta", "Signal Beta")]
    [InlineData("Signal Beta", "Signal")]
    public void A_profiles_key_is_found_through_the_keyring(string application, string folder)
    {
        StartKeyring();
        Store(application, Password);
        Assert.Equal(StoreKey, Find(_session.Profile(Config, folder)));
    }

    [Fact]
    public void The_right_one_of_several_entries_is_found()
    {
        StartKeyring();
        Store("Signal", "stale");
        Store("Signal Beta", Password);
        Store("Another", "not ours");
        Assert.Equal(StoreKey, Find(_session.Profile(Config)));
    }

    [Fact]
    public void The_secret_crosses_the_bus_encrypted()
    {
        StartKeyring();
        using var connection = _session.Connect();
        using var session = SecretServiceSession.Open(connection);
        Assert.True(session.IsEncrypted);
    }

    [Fact]
    public void A_keyring_without_Signals_entry_is_told()
    {
        StartKeyring();
        Store("Another", Password);
        var fault = Assert.Throws<ArchiveException>(() => Find(_session.Profile(Config)));
        Assert.Equal(ArchiveError.WrongKey, fault.Error);
        Assert.Contains("(GNOME Keyring and others): it has no entry of Signal's", fault.Message, StringComparison.Ordinal);
        Assert.Contains("KWallet 5: it is not running", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_locked_keyring_that_cannot_ask_anybody_is_told()
    {
        StartKeyring();
        Store("Signal", Password);
        Lock();
        var fault = Assert.Throws<ArchiveException>(() => Find(_session.Profile(Config)));
        Assert.Contains("it is locked", fault.Message, StringComparison.Ordinal);
        Assert.Contains("unlock the keyring", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unlocked_entry_is_enough_where_another_collection_is_locked()
    {
        StartKeyring();
        Store("Signal", "stale");
        Lock();
        Store("Signal", Password, "--collection=session");
        Assert.Equal(StoreKey, Find(_session.Profile(Config)));
    }

    [Fact]
    public void The_portals_secret_is_found_by_the_applications_id()
    {
        StartKeyring();
        foreach (var application in new[] { "org.signal.Signal", "" })
        {
            var digits = _session.Run("/usr/bin/python3", "", DesktopSession.Script("portal.py"), application);
            var secret = Convert.FromHexString(digits.Trim());
            Assert.Equal(64, secret.Length);

            // As Chromium's SecretPortalKeyProvider and Encryptor do.
            var key = HKDF.DeriveKey(
                HashAlgorithmName.SHA256, secret, 32, "fdo_portal_secret_salt"u8.ToArray(), "HKDF-SHA-256 AES-256-GCM"u8.ToArray());
            var nonce = RandomNumberGenerator.GetBytes(12);
            var cipher = new byte[64];
            var tag = new byte[16];
            using var gcm = new AesGcm(key, tag.Length);
            gcm.Encrypt(nonce, Encoding.ASCII.GetBytes(StoreKey), cipher, tag);
            byte[] encrypted = [.. "v12"u8, .. nonce, .. cipher, .. tag];
            Assert.Equal(StoreKey, Find(_session.Profile($"{{\"encryptedKey\":\"{Convert.ToHexStringLower(encrypted)}\"}}")));
        }
    }

    [Fact]
    public void A_person_who_unlocks_when_asked_gets_the_key()
    {
        StartPrompting("accept");
        Assert.Equal(StoreKey, Find(_session.Profile(Config)));
    }

    [Fact]
    public void A_service_without_encryption_is_used_plain()
    {
        StartPrompting("accept");
        using var connection = _session.Connect();
        using var session = SecretServiceSession.Open(connection);
        Assert.False(session.IsEncrypted);
    }

    [Fact]
    public void A_person_who_declines_is_told()
    {
        StartPrompting("dismiss");
        var fault = Assert.Throws<ArchiveException>(() => Find(_session.Profile(Config)));
        Assert.Contains("its question was dismissed", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_question_that_nobody_answers_ends()
    {
        StartPrompting("never");
        var fault = Assert.Throws<ArchiveException>(() => Find(_session.Profile(Config), TimeSpan.FromSeconds(2)));
        Assert.Contains("in time", fault.Message, StringComparison.Ordinal);
    }

    private static bool Fits(Secret key) => key.Reveal().SequenceEqual(Convert.FromHexString(StoreKey));

    private void StartKeyring()
    {
        var daemon = _session.StartDaemon("gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets");
        daemon.StandardInput.Write("the person's password");
        daemon.StandardInput.Close();
        _session.WaitFor(SecretService.Service);
    }

    private void StartPrompting(string answer)
    {
        _session.StartDaemon("/usr/bin/python3", DesktopSession.Script("prompting_service.py"), answer, Password);
        _session.WaitFor(SecretService.Service);
    }

    private void Lock() => _session.Call(
        SecretService.Service,
        SecretService.Root,
        "org.freedesktop.Secret.Service.Lock",
        "['/org/freedesktop/secrets/collection/login']");

    private void Store(string application, string password, params string[] options) => _session.Run(
        "secret-tool",
        password,
        [
            "store", .. options, "--label=Chromium Safe Storage", "application", application,
            "xdg:schema", "chrome_libsecret_os_crypt_password_v2",
        ]);

    private string Find(string profile, TimeSpan? patience = null)
    {
        using var key = ProfileKey.Find(
            profile, new KeyOptions(), Fits, backend => Keyring.OfLinux(backend, () => _session.Bus, s_patience, patience ?? s_patience));
        return Convert.ToHexStringLower(key.Reveal());
    }
}
