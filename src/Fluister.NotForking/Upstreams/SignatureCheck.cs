using System.Text;
using System.Text.RegularExpressions;

namespace Fluister.NotForking.Upstreams;

/// <summary>`signers = FILE` (dialect 1): a tag must be signed by a key of that file: a gpg keyring as `gpg --export` writes it, or an
/// allowed_signers file of ssh.</summary>
/// <param name="repository">Where the tag is.</param>
/// <param name="signers">The file.</param>
/// <param name="place">What asks for it.</param>
internal sealed partial class SignatureCheck(GitRepository repository, string signers, Place place)
{
    /// <summary>Checks a tag, or a commit that was named without one.</summary>
    /// <param name="tag">The tag's name, which must stand in the signed text as well: a tag may not be passed off as another.</param>
    /// <param name="id">The id of what the tag names.</param>
    /// <exception cref="NotForkException">It has no signature, or not one by a key of the file.</exception>
    public TagSignature Check(string? tag, string id)
    {
        if (!File.Exists(signers))
        {
            throw new NotForkException(ExitCode.Configuration, $"There is no file \"{signers}\" with the keys of signers.", place);
        }

        var shown = tag is null ? $"commit {id}" : $"tag \"{tag}\"";
        var kind = repository.In("cat-file", "-t", id).Text().Trim();
        if (tag is not null && kind != "tag")
        {
            throw Refused($"The {shown} is not signed: it is only a name for a commit");
        }

        if (kind == "tag" && tag is not null && Named(id) is var named && named != tag)
        {
            throw Refused($"The {shown} has the signed text of the tag \"{named}\"");
        }

        var keyring = Directory.CreateTempSubdirectory("not-fork-keys-");
        try
        {
            return Verify(kind, id, keyring.FullName) ?? throw Refused($"The {shown} is not signed by a key of \"{signers}\"");
        }
        finally
        {
            keyring.Delete(recursive: true);
        }
    }

    [GeneratedRegex(@"^\[GNUPG:\] VALIDSIG (?<key>[0-9A-F]{40,64}) ", RegexOptions.Multiline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex GoodByGpg();

    [GeneratedRegex(
        "^Good \"git\" signature for .* with \\S+ key (?<key>SHA256:\\S+)$", RegexOptions.Multiline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex GoodBySsh();

    private NotForkException Refused(string sentence) => new(ExitCode.Verification, sentence + ".", place);

    private string? Named(string id) => Encoding.UTF8.GetString(repository.In("cat-file", "tag", id).Output()).Split('\n')
        .TakeWhile(line => line.Length > 0).FirstOrDefault(line => line.StartsWith("tag ", StringComparison.Ordinal))?[4..];

    private TagSignature? Verify(string kind, string id, string keyring)
    {
        var isGpg = IsKeyring();
        if (isGpg)
        {
            new ProgramRun("gpg", "--batch", "--quiet", "--no-autostart", "--homedir", keyring, "--import", "--", Path.GetFullPath(signers))
            {
                FailsAs = ExitCode.Configuration,
            }.Output();
        }

        var (code, _, said) = repository.With(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["GNUPGHOME"] = keyring },
            "-c", "gpg.program=gpg", "-c", "gpg.openpgp.program=gpg", "-c", "gpg.x509.program=false", "-c", "gpg.ssh.program=ssh-keygen",
            "-c", "gpg.minTrustLevel=undefined", "-c", "gpg.ssh.revocationFile=/dev/null",
            "-c", "gpg.ssh.allowedSignersFile=" + (isGpg ? "/dev/null" : Path.GetFullPath(signers)),
            kind == "tag" ? "verify-tag" : "verify-commit", "--raw", id).Result();
        var good = (isGpg ? GoodByGpg() : GoodBySsh()).Match(said);
        return code == 0 && good.Success ? new TagSignature(isGpg ? "gpg" : "ssh", good.Groups["key"].Value) : null;
    }

    /// <summary>Whether the file holds keys of gpg: in armour, or as packets, whose first byte has its highest bit set.</summary>
    private bool IsKeyring()
    {
        using var file = File.OpenRead(signers);
        var first = new byte[64];
        var count = file.ReadAtLeast(first, first.Length, throwOnEndOfStream: false);
        return count > 0 && (first[0] >= 0x80 ||
            Encoding.Latin1.GetString(first, 0, count).StartsWith("-----BEGIN PGP", StringComparison.Ordinal));
    }
}
