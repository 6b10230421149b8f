using System.Security.Cryptography.X509Certificates;
using Fluister.Server.Operations;
using Fluister.Server.Stores.Sqlite;
using Fluister.Tests.Protocol;

namespace Fluister.ServerTests.Operations;

/// <summary>The folder that a server keeps everything in.</summary>
public sealed class DataFolderTests : IDisposable
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task All_of_it_is_for_its_owner_alone()
    {
        var folder = SetUp("server");
        await using var database = new SqliteDatabase(folder.Database);
        using var occupied = folder.Occupy();
        Assert.Equal(OwnerFile | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.Path));
        var files = Directory.GetFiles(folder.Path);
        Assert.True(files.Length >= 8);
        Assert.All(files, file => Assert.Equal(OwnerFile, File.GetUnixFileMode(file)));
    }

    [Fact]
    public void What_was_set_up_can_be_read()
    {
        var folder = new DataFolder(_temporary["server"]);
        var identity = folder.SetUp(new ServerOptions { Domain = "chat.example.org" }, Now, new SeededRandom(3));
        folder.Check();
        Assert.Equal("chat.example.org", folder.ReadOptions().Domain);
        Assert.Equal(identity.Tag, folder.ReadIdentity().Tag);
        Assert.Equal(identity.Signer.Public, folder.ReadIdentity().Signer.Public);
        Assert.True(IsTrusted(folder, "chat.example.org"));
        Assert.False(IsTrusted(folder, "example.org"));
    }

    [Fact]
    public void A_renewed_certificate_is_trusted_by_who_trusted_the_old_one()
    {
        var folder = SetUp("server");
        var (before, authority) = (Serial(folder), File.ReadAllText(folder.Authority));
        folder.RenewCertificate("localhost", Now);
        Assert.NotEqual(before, Serial(folder));
        Assert.Equal(authority, File.ReadAllText(folder.Authority));
        Assert.True(IsTrusted(folder, "localhost"));
    }

    [Fact]
    public void Nothing_is_set_up_where_something_is()
    {
        var folder = SetUp("server");
        var before = File.ReadAllBytes(folder.Authority);
        Assert.Equal(6, Assert.Throws<OperationException>(() => SetUp("server")).ExitCode);
        Assert.Equal(before, File.ReadAllBytes(folder.Authority));
        Directory.CreateDirectory(_temporary["other"]);
        File.WriteAllText(_temporary["other/letter"], "");
        Assert.Contains("not empty", Assert.Throws<OperationException>(() => SetUp("other")).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("keys.json")]
    public void What_others_can_read_is_refused(string name)
    {
        var folder = SetUp("server");
        folder.Check();
        var path = Path.Combine(folder.Path, name);
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.OtherRead);
        Assert.Contains("chmod", Assert.Throws<OperationException>(folder.Check).Message);
    }

    [Fact]
    public void Where_no_server_is_the_way_to_one_is_told()
    {
        var refused = Assert.Throws<OperationException>(new DataFolder(_temporary["none"]).Check);
        Assert.Contains("quickstart", refused.Message);
        Assert.Equal(3, refused.ExitCode);
    }

    [Fact]
    public void Keys_that_are_none_are_refused()
    {
        var folder = SetUp("server");
        File.WriteAllText(Path.Combine(folder.Path, "keys.json"), "{}");
        Assert.Equal(5, Assert.Throws<OperationException>(folder.ReadIdentity).ExitCode);
    }

    [Fact]
    public void One_process_serves_a_folder()
    {
        var folder = SetUp("server");
        using (folder.Occupy())
        {
            Assert.Contains("already runs", Assert.Throws<OperationException>(folder.Occupy).Message);
        }

        folder.Occupy().Dispose();
    }

    private static string Serial(DataFolder folder)
    {
        using var leaf = folder.ReadCertificate(new ServerOptions()).Leaf;
        return leaf.SerialNumber;
    }

    private static bool IsTrusted(DataFolder folder, string host)
    {
        using var leaf = folder.ReadCertificate(new ServerOptions()).Leaf;
        using var authority = folder.ReadAuthority();
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(leaf) && leaf.MatchesHostname(host);
    }

    private DataFolder SetUp(string name)
    {
        var folder = new DataFolder(_temporary[name]);
        folder.SetUp(new ServerOptions(), Now, new SeededRandom(4));
        return folder;
    }
}
