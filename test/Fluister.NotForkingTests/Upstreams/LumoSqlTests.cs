using System.Security.Cryptography;
using System.Text;
using Fluister.NotForking;
using Fluister.NotForking.Trees;

namespace Fluister.NotForkingTests.Upstreams;

/// <summary>LumoSQL's own configuration of lmdb on the real histories: the trees that the old tool makes of them.</summary>
/// <remarks>The repositories come from outside: FLUISTER_UPSTREAMS names a folder with clones in LumoSQL, openldap and lmdb.</remarks>
public sealed class LumoSqlTests
{
    [Theory]
    [InlineData("0.9.11", 30, "d54dce25edac4fa3")]
    [InlineData("0.9.16", 35, "147952abe203984b")]
    [InlineData("0.9.29", 36, "b44e4a93d3fc3659")]
    public void Lmdb_is_as_the_old_tool_makes_it(string version, int files, string hash)
    {
        using var at = new UpstreamCase();
        var request = Request(at) with { Version = version };
        using var tree = MassagedTree.Build(request);
        Assert.Equal(files, tree.Workspace.Result.Count);
        Assert.Equal(hash, Hash(tree.Workspace.Result));
    }

    [Fact]
    public void Both_repositories_of_lmdb_provide_versions()
    {
        using var at = new UpstreamCase();
        var (_, selection) = MassagedTree.Open(Request(at));
        using (selection)
        {
            Assert.Equal(29, selection.Versions.Count);
            Assert.Equal([25, 4], selection.ByBlock().Select(block => block.Versions.Count));
        }
    }

    /// <summary>SHA-256 over what `sha256sum` says of all files in the order of their names.</summary>
    private static string Hash(IEnumerable<TreeEntry> entries)
    {
        var lines = entries.OrderBy(entry => entry.Path, StringComparer.Ordinal)
            .Select(entry => $"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(entry.Location)))}  {entry.Path}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))))[..16];
    }

    private static TreeRequest Request(UpstreamCase at)
    {
        var upstreams = Environment.GetEnvironmentVariable("FLUISTER_UPSTREAMS");
        Assert.SkipWhen(string.IsNullOrEmpty(upstreams), "FLUISTER_UPSTREAMS names no folder with clones of LumoSQL, openldap and lmdb.");
        at.Run("sh", "-c", $"git -C '{upstreams}/LumoSQL' archive HEAD not-fork.d/lmdb | tar x");
        at.Write("config", $"[url \"{upstreams}/openldap\"]\n\tinsteadOf = https://github.com/openldap/openldap\n" +
            $"[url \"{upstreams}/lmdb\"]\n\tinsteadOf = https://github.com/LMDB/lmdb\n[safe]\n\tdirectory = *\n");
        return new TreeRequest(at.Path("not-fork.d"), "lmdb", at.Options with
        {
            Environment = new Dictionary<string, string>(at.Options.Environment, StringComparer.Ordinal)
            {
                ["GIT_CONFIG_GLOBAL"] = at.Path("config"),
            },
        });
    }
}
