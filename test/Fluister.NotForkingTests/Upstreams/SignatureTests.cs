using Fluister.NotForking;
using Fluister.NotForking.Upstreams;

namespace Fluister.NotForkingTests.Upstreams;

/// <summary>`signers = FILE` in dialect 1: whose tags are taken.</summary>
public sealed class SignatureTests
{
    [Fact]
    public void A_tag_must_be_signed_by_an_ssh_key_of_the_file_under_its_own_name()
    {
        using var at = new UpstreamCase();
        at.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "good");
        at.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "foreign");
        at.CommitFile("a", "1\n", "1.0-plain");
        Sign(at, "good", "1.0");
        Sign(at, "foreign", "2.0");
        at.Git("tag", "-a", "-m", "x", "3.0");
        at.Git("tag", "4.0", "refs/tags/1.0");
        at.Write("nf/p/signers", "someone " + File.ReadAllText(at.Path("good.pub")));
        using var selection = Open(at);
        var found = selection.Choose("1.0", null).Revision.Signature!;
        Assert.Equal(("ssh", at.Said("ssh-keygen", "-lf", "good.pub").Split(' ')[1]), (found.Format, found.Signer));
        Refuses(selection, "1.0-plain", "is not signed");
        Refuses(selection, "2.0", "by a key of");
        Refuses(selection, "3.0", "by a key of");
        Refuses(selection, "4.0", "of the tag \"1.0\"");

        // Checking out goes no other way round it; dialect 0 knows no signers; a file that is missing is not an empty one.
        Assert.Equal(ExitCode.Verification, UpstreamCase.Refused(() => selection.CheckOut(selection.Find("2.0"))).Code);
        selection.Dispose();
        Assert.Equal("a - 1\\n\n", UpstreamCase.Tree(at.OpenGit("signers = signers"), "2.0"));
        File.Delete(at.Path("nf/p/signers"));
        using var missing = Open(at);
        Assert.Equal(ExitCode.Configuration, UpstreamCase.Refused(() => missing.Choose("1.0", null)).Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_tag_must_be_signed_by_a_gpg_key_of_the_keyring(bool hasArmour)
    {
        using var at = new UpstreamCase();
        at.CommitFile("a", "1\n");
        foreach (var (who, tag) in (ReadOnlySpan<(string, string)>)[("good", "1.0"), ("foreign", "2.0")])
        {
            Directory.CreateDirectory(at.Path(who), (UnixFileMode)0b111_000_000);
            at.Run("gpg", "--homedir", who, "--batch", "--quiet", "--passphrase", "",
                "--quick-generate-key", who, "ed25519", "sign", "never");
            at.Run("env", $"GNUPGHOME={at.Path(who)}", "git", "-C", "up", "tag", "-s", "-u", who, "-m", "x", tag);
        }

        at.Run("sh", "-c", $"mkdir -p nf/p && gpg --homedir good {(hasArmour ? "--armor" : "")} --export > nf/p/signers");
        using var selection = Open(at);
        var found = selection.Choose("1.0", null).Revision.Signature!;
        Assert.Equal("gpg", found.Format);
        Assert.Contains(found.Signer, at.Said("gpg", "--homedir", "good", "--list-keys", "--with-colons"), StringComparison.Ordinal);
        Refuses(selection, "2.0", "by a key of");
        foreach (var who in (string[])["good", "foreign"])
        {
            at.Run("gpgconf", "--homedir", who, "--kill", "gpg-agent");
        }
    }

    [Fact]
    public void A_commit_that_is_named_must_be_signed_itself()
    {
        using var at = new UpstreamCase();
        at.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "good");
        at.CommitFile("a", "1\n");
        var plain = at.Ask("rev-parse", "HEAD");
        at.Git("-c", "gpg.format=ssh", "-c", $"user.signingKey={at.Path("good")}", "commit", "-q", "--allow-empty", "-S", "-m", "signed");
        at.Write("nf/p/signers", "someone " + File.ReadAllText(at.Path("good.pub")));
        using var selection = Open(at);
        Assert.Equal("ssh", selection.Choose(null, at.Ask("rev-parse", "HEAD")).Revision.Signature!.Format);
        Assert.Equal(ExitCode.Verification, UpstreamCase.Refused(() => selection.Choose(null, plain)).Code);
    }

    private static Selection Open(UpstreamCase at) => at.Open("dialect = 1", "vcs = git", $"repos = {at.Path("up")}", "signers = signers");

    private static void Sign(UpstreamCase at, string key, string tag) =>
        at.Git("-c", "gpg.format=ssh", "-c", $"user.signingKey={at.Path(key)}", "tag", "-s", "-m", "x", tag);

    private static void Refuses(Selection selection, string version, string sentence)
    {
        var refused = UpstreamCase.Refused(() => selection.Choose(version, null));
        Assert.Equal(ExitCode.Verification, refused.Code);
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
    }
}
