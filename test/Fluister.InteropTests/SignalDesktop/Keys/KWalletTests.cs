using System.Text;
using Fluister.Archive.SignalDesktop.Keys;

namespace Fluister.InteropTests.SignalDesktop.Keys;

/// <summary>Against KDE's kwalletd5 with a wallet made for the test, filled through GLib's D-Bus client.</summary>
/// <remarks>Debian has no kwalletd 4 and 6: a script gives the real daemon's methods their names.</remarks>
public sealed class KWalletTests : IDisposable
{
    private const string Service = "org.kde.kwalletd5";
    private const string Root = "/modules/kwalletd5";
    private const string Password = "a2RlIHdhbGxldCA1";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly DesktopSession _session = new();

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData("Chromium")]
    [InlineData("Signal")]
    public void A_password_is_found_under_the_names_of_Chromium_and_of_Signal(string name)
    {
        var handle = StartWallet();
        Write(handle, $"{name} Keys", $"{name} Safe Storage", Password);
        Assert.Equal([(OsCryptScheme.Linux, Password)], Read(5, "v11"));
    }

    [Theory]
    [InlineData(4, "")]
    [InlineData(6, "6")]
    public void Other_generations_have_other_names_only(int generation, string suffix)
    {
        Write(StartWallet(), "Chromium Keys", "Chromium Safe Storage", Password);
        _session.StartDaemon("/usr/bin/python3", DesktopSession.Script("kwallet_alias.py"), suffix);
        _session.WaitFor("org.kde.kwalletd" + suffix);
        Assert.Equal([(OsCryptScheme.Linux, Password)], Read(generation, "v11"));
    }

    [Fact]
    public void A_portals_secret_is_found_by_the_applications_id()
    {
        var handle = StartWallet();
        Call("createFolder", handle, "xdg-desktop-portal", "test");
        Call("writeEntry", handle, "xdg-desktop-portal", "org.signal.Signal", "[byte 0x41, 0x42, 0x43]", "2", "test");
        Assert.Equal([(OsCryptScheme.Portal, "ABC")], Read(5, "v12"));
    }

    [Fact]
    public void An_entry_that_is_no_password_is_passed_by()
    {
        var handle = StartWallet();
        Call("createFolder", handle, "Chromium Keys", "test");
        Call("writeEntry", handle, "Chromium Keys", "Chromium Safe Storage", "[byte 0x41, 0x42, 0x43]", "2", "test");
        Assert.Empty(Read(5, "v11"));
    }

    [Fact]
    public void A_profiles_key_is_found_through_the_wallet()
    {
        const string storeKey = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
        // Made with Node.js' crypto, as in ProfileKeyTests, for this password.
        Write(StartWallet(), "Chromium Keys", "Chromium Safe Storage", "c2VjcmV0IHNlcnZpY2U=");
        var profile = _session.Profile(
            "{\"encryptedKey\":\"763131d0310dcf5d953bcf9be3eb66df694210cefd7ed50639d4618940d87eeb3bb5f621f064c54776ad9d682a4360f58e10a63d"
            + "69f31551001db72300acf77569b8fd3c7f967ad1deca7161ba43d73d82de75\",\"safeStorageBackend\":\"kwallet5\"}");
        using var key = ProfileKey.Find(
            profile,
            new KeyOptions(),
            candidate => Convert.ToHexStringLower(candidate.Reveal()) == storeKey,
            backend => Keyring.OfLinux(backend, () => _session.Bus, s_patience, s_patience));
        Assert.Equal(storeKey, Convert.ToHexStringLower(key.Reveal()));
    }

    [Fact]
    public void A_wallet_that_does_not_run_is_not_started_unless_config_names_it()
    {
        Assert.Contains("not running", Assert.Throws<KeyringException>(() => Read(5, "v11")).Message, StringComparison.Ordinal);
        var names = _session.Call("org.freedesktop.DBus", "/", "org.freedesktop.DBus.ListNames");
        Assert.DoesNotContain(Service, names, StringComparison.Ordinal);
    }

    [Fact]
    public void The_keyring_that_config_names_is_asked_first()
    {
        string[] Order(string? backend) =>
            [.. Keyring.OfLinux(backend, () => _session.Bus, s_patience, s_patience).Select(keyring => keyring.Name.Split(' ')[^1])];
        Assert.Equal(["others)", "6", "5", "4"], Order("gnome_libsecret"));
        Assert.Equal(["5", "others)", "6", "4"], Order("kwallet5"));
        Assert.Equal(["4", "others)", "6", "5"], Order("kwallet"));
    }

    /// <summary>Starts the daemon, and opens a new wallet the way the login does: with a key, and nobody asked.</summary>
    private string StartWallet()
    {
        Directory.CreateDirectory(_session.Home(".config"));
        File.WriteAllText(
            _session.Home(".config", "kwalletrc"),
            "[Wallet]\nEnabled=true\nFirst Use=false\nPrompt on Open=false\nUse One Wallet=true\nDefault Wallet=kdewallet\n");
        _session.StartDaemon("kwalletd5");
        _session.WaitFor(Service);

        // PBKDF2 of the person's password: 56 bytes.
        var key = string.Join(", ", Enumerable.Range(1, 56).Select(i => $"0x{i:x2}"));
        Call("pamOpen", "kdewallet", $"[byte {key}]", "0");
        return Call("open", "kdewallet", "0", "test").Trim('(', ')', ',', '\n');
    }

    private void Write(string handle, string folder, string entry, string password)
    {
        Call("createFolder", handle, folder, "test");
        Call("writePassword", handle, folder, entry, password, "test");
    }

    private string Call(string method, params string[] arguments) => _session.Call(Service, Root, "org.kde.KWallet." + method, arguments);

    private List<(OsCryptScheme Scheme, string Password)> Read(int generation, string version)
    {
        var wallet = new KWallet(generation, () => _session.Bus, s_patience, s_patience, start: false);
        List<(OsCryptScheme Scheme, string Password)> found = [];
        foreach (var (scheme, password) in wallet.Read(version, "Signal"))
        {
            using (password)
            {
                found.Add((scheme, Encoding.UTF8.GetString(password.Reveal())));
            }
        }

        return found;
    }
}
