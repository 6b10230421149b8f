using Fluister.Archive.Accounts;
using Fluister.Archive.Conversations;
using Fluister.Tests.Exports;

namespace Fluister.Tests.Accounts;

public sealed class AccountFolderTests : IDisposable
{
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void Accounts_are_those_with_a_config()
    {
        Assert.Empty(AccountFolder.List(_home.Path));
        foreach (var name in (string[])["b", "a", "c"])
        {
            var folder = AccountFolder.Create(name, _home.Path);
            if (name != "c")
            {
                File.WriteAllText(folder.Config, "{}");
            }
        }

        // What a restore that was killed leaves is no account.
        Directory.CreateDirectory(_home.In("accounts", ".d.partial-123456789abc"));
        File.WriteAllText(_home.In("accounts", ".d.partial-123456789abc", "config.json"), "{}");
        Assert.Equal(["a", "b"], AccountFolder.List(_home.Path).Select(folder => folder.Name));
        Assert.Equal(_home.In("accounts", "b"), AccountFolder.Find("b", _home.Path).Path);
        var fault = Assert.Throws<ArchiveException>(() => AccountFolder.Find("c", _home.Path));
        Assert.Equal(ArchiveError.NotFound, fault.Error);
        Assert.Contains("There are: a, b.", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_account_is_for_its_owner_alone_and_takes_nobodys_place()
    {
        var folder = AccountFolder.Create("anna.42", _home.Path);
        const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        foreach (var path in (string[])[folder.Path, folder.Attachments, Path.GetDirectoryName(folder.Database)!])
        {
            Assert.Equal(Own, File.GetUnixFileMode(path));
        }

        Assert.Equal(ArchiveError.Denied, Assert.Throws<ArchiveException>(() => AccountFolder.Create("anna.42", _home.Path)).Error);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("-option")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("ä")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public void A_name_that_would_be_trouble_is_refused(string name) =>
        Assert.Equal(ArchiveError.Unsupported, Assert.Throws<ArchiveException>(() => AccountFolder.Create(name, _home.Path)).Error);

    [Fact]
    public void One_at_a_time_has_an_account()
    {
        var folder = AccountFolder.Create("+4930123", _home.Path);
        using (var first = folder.TryLock())
        {
            Assert.NotNull(first);
            Assert.Null(folder.TryLock());
        }

        using var second = folder.TryLock();
        Assert.NotNull(second);
    }

    [Fact]
    public void The_lock_of_an_account_that_is_gone_is_told()
    {
        var folder = AccountFolder.Create("gone", _home.Path);
        folder.Delete();
        Assert.Equal(ArchiveError.NotFound, Assert.Throws<ArchiveException>(folder.TryLock).Error);
    }
}
