using Fluister.Archive.Accounts;
using Fluister.Archive.Conversations;
using Fluister.Archive.SignalDesktop.Keys;

namespace Fluister.InteropTests.SignalDesktop.Keys;

/// <summary>An account's key in GNOME Keyring.</summary>
public sealed class AccountKeyringTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly DesktopSession _session = new();
    private readonly AccountFolder _folder;

    public AccountKeyringTests() => _folder = AccountFolder.Create("anna", _session.Home("fluister"));

    private SecretService Keyring => new(() => _session.Bus, s_patience, s_patience);

    public void Dispose() => _session.Dispose();

    [Fact]
    public void The_keyring_keeps_and_gives_the_key()
    {
        StartKeyring();
        using var key = StoreKey.Create(_folder, KeyProtection.SecretService, Keyring);
        using (var again = StoreKey.Open(_folder, null, Keyring))
        {
            Assert.True(again.FixedTimeEquals(key));
        }

        // libsecret's own tool finds it by the name in config.json, and it is not the store's key.
        var config = File.ReadAllText(_folder.Config);
        var item = System.Text.RegularExpressions.Regex.Match(config, "\"item\": \"([0-9a-f]{32})\"").Groups[1].Value;
        var secret = _session.Run("secret-tool", "", "lookup", "fluister-store-key", item);
        Assert.Matches("^[0-9a-f]{64}$", secret.Trim());
        Assert.NotEqual(Convert.ToHexStringLower(key.Reveal()), secret.Trim());
        Assert.Contains("Fluister account anna",
            _session.Run("secret-tool", "", "search", "--all", "fluister-store-key", item), StringComparison.Ordinal);

        _session.Run("secret-tool", "", "clear", "fluister-store-key", item);
        var gone = Assert.Throws<ArchiveException>(() => StoreKey.Open(_folder, null, Keyring));
        Assert.Equal(ArchiveError.WrongKey, gone.Error);
        Assert.Contains("has no secret for the account", gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_keyring_no_account_is_made()
    {
        var fault = Assert.Throws<ArchiveException>(() => StoreKey.Create(_folder, KeyProtection.SecretService, Keyring));
        Assert.Equal(ArchiveError.WrongKey, fault.Error);
        Assert.Contains("protect the account with a passphrase", fault.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.Config));
    }

    private void StartKeyring()
    {
        var daemon = _session.StartDaemon("gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets");
        daemon.StandardInput.Write("the person's password");
        daemon.StandardInput.Close();
        _session.WaitFor(SecretService.Service);
    }
}
