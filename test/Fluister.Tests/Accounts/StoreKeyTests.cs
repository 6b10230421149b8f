using System.Text.Json.Nodes;
using Fluister.Archive.Accounts;
using Fluister.Archive.Conversations;
using Fluister.Cryptography;
using Fluister.Tests.Exports;

namespace Fluister.Tests.Accounts;

public sealed class StoreKeyTests : IDisposable
{
    private readonly TemporaryFolder _home = new();
    private readonly AccountFolder _folder;
    private readonly Secret _passphrase = new("correct horse"u8);

    public StoreKeyTests() => _folder = AccountFolder.Create("anna", _home.Path);

    public void Dispose()
    {
        _passphrase.Dispose();
        _home.Dispose();
    }

    [Fact]
    public void A_key_file_is_made_for_its_owner_and_opens_the_key_wherever_it_lies()
    {
        using var key = StoreKey.Create(_folder, KeyProtection.KeyFile(_home.In("key")));
        Assert.Equal(32, key.Length);
        Assert.Matches("^[0-9a-f]{64}\n$", File.ReadAllText(_home.In("key")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_home.In("key")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.Config));
        Assert.Equal(KeyProtector.KeyFile, StoreKey.ProtectorOf(_folder));
        using var again = StoreKey.Open(_folder);
        Assert.True(again.FixedTimeEquals(key));
        File.Move(_home.In("key"), _home.In("moved"));
        using var moved = StoreKey.Open(_folder, KeyProtection.KeyFile(_home.In("moved")));
        Assert.True(moved.FixedTimeEquals(key));
        Assert.Equal(ArchiveError.NotFound, Assert.Throws<ArchiveException>(() => StoreKey.Open(_folder)).Error);
    }

    [Fact]
    public void The_key_itself_is_neither_in_the_config_nor_the_key_file()
    {
        using var key = StoreKey.Create(_folder, KeyProtection.KeyFile(_home.In("key")));
        var digits = Convert.ToHexStringLower(key.Reveal());
        Assert.NotEqual(digits, File.ReadAllText(_home.In("key")).Trim());
        Assert.DoesNotContain(digits, File.ReadAllText(_folder.Config), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Convert.ToBase64String(key.Reveal()), File.ReadAllText(_folder.Config), StringComparison.Ordinal);
    }

    /// <summary>Made with Node.js' crypto after docs/spec/store-key.md.</summary>
    [Fact]
    public void The_form_is_the_documents()
    {
        File.WriteAllText(_folder.Config,
            "{\"fluister\":1,\"storeKey\":{\"protector\":\"key-file\",\"salt\":\"AAcOFRwjKjE4P0ZNVFtiaXB3foWMk5qhqK+2vcTL0tk=\","
                + "\"wrapped\":\"olHSJjnAVMxs4UOSYKq5op14zqIHxHv/WTRhzLL2gy/OzRzSOIBMG/GU0ilz1b9+\"}}");
        File.WriteAllText(_home.In("key"), "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n");
        using var key = StoreKey.Open(_folder, KeyProtection.KeyFile(_home.In("key")));
        Assert.Equal("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0efeeedecebeae9e8e7e6e5e4e3e2e1e0", Convert.ToHexStringLower(key.Reveal()));
    }

    [Fact]
    public void Another_key_file_is_told()
    {
        using var key = StoreKey.Create(_folder, KeyProtection.KeyFile(_home.In("key")));
        File.WriteAllText(_home.In("other"), new string('7', 64));
        var fault = Assert.Throws<ArchiveException>(() => StoreKey.Open(_folder, KeyProtection.KeyFile(_home.In("other"))));
        Assert.Equal(ArchiveError.WrongKey, fault.Error);
        Assert.Contains("The key file does not open account \"anna\"", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_passphrase_opens_the_key_and_no_other_does()
    {
        using var key = StoreKey.Create(_folder, KeyProtection.Passphrase(_passphrase));
        using var again = StoreKey.Open(_folder, KeyProtection.Passphrase(_passphrase));
        Assert.True(again.FixedTimeEquals(key));
        using var other = new Secret("correct horsf"u8);
        Assert.Equal(ArchiveError.WrongKey,
            Assert.Throws<ArchiveException>(() => StoreKey.Open(_folder, KeyProtection.Passphrase(other))).Error);
        Assert.Contains(
            "--passphrase-file", Assert.Throws<ArchiveException>(() => StoreKey.Open(_folder)).Message, StringComparison.Ordinal);
        Assert.Contains("a passphrase",
            Assert.Throws<ArchiveException>(() => StoreKey.Open(_folder, KeyProtection.KeyFile("/dev/null"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_protection_can_be_changed_and_the_key_stays()
    {
        using var key = StoreKey.Create(_folder, KeyProtection.KeyFile(_home.In("key")));
        StoreKey.Protect(_folder, key, KeyProtection.Passphrase(_passphrase));
        using var again = StoreKey.Open(_folder, KeyProtection.Passphrase(_passphrase));
        Assert.True(again.FixedTimeEquals(key));
        Assert.Equal(["config.json"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("salt")]
    [InlineData("wrapped")]
    [InlineData("argon2id.memoryKiB")]
    [InlineData("argon2id.passes")]
    [InlineData("argon2id.lanes")]
    public void Whatever_is_changed_in_the_config_opens_nothing(string path)
    {
        using var key = StoreKey.Create(_folder, KeyProtection.Passphrase(_passphrase));
        var config = JsonNode.Parse(File.ReadAllText(_folder.Config))!;
        var at = config["storeKey"]!;
        var names = path.Split('.');
        foreach (var name in names[..^1])
        {
            at = at[name]!;
        }

        at[names[^1]] = at[names[^1]]!.GetValueKind() == System.Text.Json.JsonValueKind.Number
            ? at[names[^1]]!.GetValue<int>() + 1
            : (JsonNode)Flip(at[names[^1]]!.GetValue<string>());
        File.WriteAllText(_folder.Config, config.ToJsonString());
        Assert.Equal(ArchiveError.WrongKey,
            Assert.Throws<ArchiveException>(() => StoreKey.Open(_folder, KeyProtection.Passphrase(_passphrase))).Error);
    }

    /// <summary>Costs that would bring a computer down are refused before they are paid, and so is what is no config.</summary>
    [Theory]
    [InlineData("\"memoryKiB\": 65536", "\"memoryKiB\": 2000000000")]
    [InlineData("\"memoryKiB\": 65536", "\"memoryKiB\": 8")]
    [InlineData("\"passes\": 3", "\"passes\": 1000000")]
    [InlineData("\"lanes\": 4", "\"lanes\": 0")]
    [InlineData("\"passphrase\"", "\"post-it\"")]
    [InlineData("\"salt\": \"", "\"salt\": \"AAAA")]
    [InlineData("\"storeKey\"", "\"other\"")]
    [InlineData("}", "")]
    [InlineData("\"wrapped\": \"", "\"wrapped\": \"!")]
    public void A_config_that_makes_no_sense_is_told(string text, string instead)
    {
        using var key = StoreKey.Create(_folder, KeyProtection.Passphrase(_passphrase));
        var config = File.ReadAllText(_folder.Config);
        Assert.Contains(text, config, StringComparison.Ordinal);
        File.WriteAllText(_folder.Config, config.Replace(text, instead, StringComparison.Ordinal));
        Assert.Equal(ArchiveError.Damaged,
            Assert.Throws<ArchiveException>(() => StoreKey.Open(_folder, KeyProtection.Passphrase(_passphrase))).Error);
    }

    [Fact]
    public void A_config_of_a_later_program_is_told()
    {
        File.WriteAllText(_folder.Config, "{\"fluister\": 2}");
        Assert.Equal(ArchiveError.Unsupported, Assert.Throws<ArchiveException>(() => StoreKey.ProtectorOf(_folder)).Error);
    }

    [Fact]
    public void A_second_key_for_an_account_is_refused()
    {
        using var key = StoreKey.Create(_folder, KeyProtection.KeyFile(_home.In("key")));
        var before = File.ReadAllText(_folder.Config);
        Assert.Equal(ArchiveError.Denied,
            Assert.Throws<ArchiveException>(() => StoreKey.Create(_folder, KeyProtection.KeyFile(_home.In("key")))).Error);
        Assert.Equal(before, File.ReadAllText(_folder.Config));
    }

    [Fact]
    public void The_key_is_exported_for_other_readers()
    {
        using var key = StoreKey.Create(_folder, KeyProtection.KeyFile(_home.In("key")));
        StoreKey.Export(key, _home.In("raw"));
        Assert.Equal(Convert.ToHexStringLower(key.Reveal()) + "\n", File.ReadAllText(_home.In("raw")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_home.In("raw")));
        Assert.Equal(ArchiveError.Denied, Assert.Throws<ArchiveException>(() => StoreKey.Export(key, _home.In("raw"))).Error);
    }

    private static string Flip(string base64)
    {
        var bytes = Convert.FromBase64String(base64);
        bytes[3] ^= 1;
        return Convert.ToBase64String(bytes);
    }
}
