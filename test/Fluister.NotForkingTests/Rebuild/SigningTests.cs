using System.Security.Cryptography;
using System.Text;
using Fluister.NotForking;
using Fluister.NotForking.Rebuild;
using Fluister.NotForking.Rebuild.Documents;
using Fluister.NotForking.Rebuild.Signing;

namespace Fluister.NotForkingTests.Rebuild;

/// <summary>Signatures of releases, and what rebuilders say.</summary>
public sealed class SigningTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public SigningTests() => ReleaseKey.Create(_folder.Path("key"));

    [Fact]
    public void A_signature_holds_for_the_file_and_the_key_alone()
    {
        _folder.Write("SHA256SUMS", "some sums\n");
        ReleaseKey.SignFile(_folder.Path("SHA256SUMS"), _folder.Path("key"));
        ReleaseKey.VerifyFile(_folder.Path("SHA256SUMS"), _folder.Path("key.pub"));

        ReleaseKey.Create(_folder.Path("other"));
        Refused(() => ReleaseKey.VerifyFile(_folder.Path("SHA256SUMS"), _folder.Path("other.pub")));
        _folder.Write("SHA256SUMS", "other sums\n");
        Refused(() => ReleaseKey.VerifyFile(_folder.Path("SHA256SUMS"), _folder.Path("key.pub")));
        File.Delete(_folder.Path("SHA256SUMS.sig"));
        Refused(() => ReleaseKey.VerifyFile(_folder.Path("SHA256SUMS"), _folder.Path("key.pub")));
    }

    [Fact]
    public void A_key_is_its_owners_alone_and_is_not_overwritten()
    {
        Assert.True(OperatingSystem.IsWindows()
            || File.GetUnixFileMode(_folder.Path("key")) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.DoesNotContain("PRIVATE", File.ReadAllText(_folder.Path("key.pub")), StringComparison.Ordinal);
        Assert.Equal(ExitCode.OutputGuard, Assert.Throws<NotForkException>(() => ReleaseKey.Create(_folder.Path("key"))).Code);
    }

    [Fact]
    public void A_key_of_another_kind_is_refused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        _folder.Write("p384", other.ExportPkcs8PrivateKeyPem());
        Assert.Contains("P-256", Assert.Throws<NotForkException>(() => ReleaseKey.Read(_folder.Path("p384"))).Message,
            StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, Assert.Throws<NotForkException>(() => ReleaseKey.Read(_folder.Path("none"))).Code);
    }

    [Fact]
    public void An_attestation_says_what_was_built_and_is_signed_as_its_specification_says()
    {
        var attestation = Attest("90a6d9f07e65f466429e2a0e68e059a09bbf98c2");
        _folder.Write("a.attestation", attestation.Write());
        var read = Attestation.Read(_folder.Path("a.attestation"));
        Assert.Equal(
            """{"version":1,"name":"fluister","sourceTree":"90a6d9f07e65f466429e2a0e68e059a09bbf98c2","sums":""" +
            $"\"{FolderHash.File(_folder.Path("out/SHA256SUMS"))}\",\"builds\":[{{\"artifact\":\"a.tar.gz\",\"buildHash\":\"00ff\"}}]," +
            "\"rebuilder\":\"Someone\",\"time\":\"2023-11-14T22:13:20Z\",\"expires\":\"2023-11-24T22:13:20Z\"}",
            $"{read}");

        // By hand: the context, then the statement; r and s of 32 bytes each.
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(read.Key, out _);
        Assert.Equal(64, read.Signature.Length);
        Assert.True(key.VerifyData(
            Encoding.UTF8.GetBytes("fluister-rebuild-attestation-v1\n" + read), read.Signature, HashAlgorithmName.SHA256));
    }

    [Fact]
    public void An_attestation_that_was_changed_is_refused()
    {
        var attestation = Attest("90a6d9f07e65f466429e2a0e68e059a09bbf98c2");
        var statement = attestation.Statement.ToArray();
        statement[^3] ^= 1;
        _folder.Write("a.attestation", (attestation with { Statement = statement }).Write());
        Refused(() => Attestation.Read(_folder.Path("a.attestation")));
        _folder.Write("a.attestation", "{}");
        Refused(() => Attestation.Read(_folder.Path("a.attestation")));
    }

    [Fact]
    public void Changed_sources_and_other_lists_are_not_attested()
    {
        Refused(() => Attest(null));
        Attest("90a6d9f07e65f466429e2a0e68e059a09bbf98c2");
        _folder.Write("out/builds.json", """{"sourceTree":"00","builds":[]}""");
        using var key = ReleaseKey.Read(_folder.Path("key"));
        Refused(() => Attestation.Make(_folder.Path("out/SHA256SUMS"), key, "", DateTimeOffset.UnixEpoch, TimeSpan.Zero));
    }

    /// <summary>The one in docs/spec/rebuild-attestation.md, which the server reads too.</summary>
    [Fact]
    public void The_published_example_is_read()
    {
        _folder.Write("example", Example);
        Assert.StartsWith("""{"version":1,"name":"fluister",""", $"{Attestation.Read(_folder.Path("example"))}", StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static string Example
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "Fluister.slnx")))
            {
                folder = Path.GetDirectoryName(folder)!;
            }

            var text = File.ReadAllText(Path.Combine(folder, "docs", "spec", "rebuild-attestation.md"));
            var start = text.IndexOf("```json\n{\n  \"statement\"", StringComparison.Ordinal) + "```json\n".Length;
            return text[start..text.IndexOf("```", start, StringComparison.Ordinal)];
        }
    }

    private Attestation Attest(string? tree)
    {
        var source = new Source("", "", tree, DateTimeOffset.UnixEpoch);
        _folder.Write("out/builds.json",
            BuildList.Write(source, new Dictionary<string, string>(StringComparer.Ordinal) { ["a.tar.gz"] = "00ff" }));
        _folder.Write("out/SHA256SUMS", Sums.Write(Sums.Of(_folder.Path("out"))));
        using var key = ReleaseKey.Read(_folder.Path("key"));
        return Attestation.Make(
            _folder.Path("out/SHA256SUMS"), key, "Someone", DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), TimeSpan.FromDays(10));
    }

    private static void Refused(Action action) => Assert.Equal(ExitCode.Verification, Assert.Throws<NotForkException>(action).Code);
}
