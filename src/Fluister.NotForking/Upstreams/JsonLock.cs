using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Fluister.NotForking.Upstreams;

/// <summary>`--build-json-lock=FILE`: all versions of all names, in the old tool's JSON, which is shaped as a lock of Nix flakes.</summary>
/// <param name="name">NAME.</param>
/// <param name="tarball">`--prefer-tarball`: where tarballs of a fossil repository are; "": at its server; null: none.</param>
/// <param name="distribution">`--distribution`: the folder that tarballs are kept in; null: they are not kept.</param>
/// <param name="hash">`--filehash` or `--dirhash`, or null.</param>
public sealed class JsonLock(string name, string? tarball, string? distribution, HashSpecification? hash)
{
    /// <summary>The whole file.</summary>
    /// <param name="parts">What <see cref="Entries"/> made, of each name.</param>
    public static string File(IEnumerable<string> parts) => "{\n" + string.Concat(parts) + "  \"version\": 1\n}\n";

    /// <summary>The members of all versions of one name.</summary>
    /// <exception cref="NotForkException">A tarball cannot be had or hashed.</exception>
    public string Entries(Selection selection)
    {
        var text = new StringBuilder();
        foreach (var (block, upstream, versions) in selection.ByBlock())
        {
            foreach (var version in versions)
            {
                var revision = selection.Find(version).Revision;
                text.Append(upstream switch
                {
                    DownloadUpstream download => Tarball(version, revision.Url, Hash(download, block, revision)),
                    FossilUpstream fossil when tarball is not null => Tarball(version, Address(revision), Hash(fossil, revision)),
                    _ => $"  \"{Escaped($"{name}-{version}")}\": {{\n    \"locked\": {{\n      \"type\": \"{upstream.Kind}\",\n" +
                        $"      \"url\": \"{Escaped(revision.Url)}\",\n" +
                        $"      \"rev\": \"{Escaped(upstream.Describe(revision).Id)}\"\n    }}\n  }},\n",
                });
            }
        }

        return text.ToString();
    }

    private string Tarball(string version, string url, string? sum) =>
        $"\"{Escaped($"{name}-{version}")}\": {{\n    \"locked\": {{\n" +
        (sum is null ? "" : $"        \"{Escaped(hash!.Element)}\": \"{Escaped(sum)}\",\n") +
        $"        \"type\": \"tarball\",\n        \"url\": \"{Escaped(url)}\"\n    }}\n}},\n";

    /// <summary>A text inside of a JSON string: a tag may have quotation marks, and must not add members of its own.</summary>
    private static string Escaped(string text) => JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();

    private string? Hash(DownloadUpstream download, Configuration.Block block, Revision revision)
    {
        if (hash is null)
        {
            return null;
        }

        if (Digest.Of(block, revision.Version!).FirstOrDefault(digest => digest.Bits == hash.Bits) is { } stated)
        {
            return stated.Text;
        }

        using var archive = download.Open(revision.Version!);
        return hash.Of(archive.Name, folder => Unpack(archive.Name, folder));
    }

    private string? Hash(FossilUpstream fossil, Revision revision)
    {
        if (hash is null)
        {
            return null;
        }

        var known = fossil.Repository.Checksum(hash.CacheName(revision.Commit!));
        if (System.IO.File.Exists(known))
        {
            return System.IO.File.ReadAllText(known).Trim();
        }

        var prefix = $"{name}-{revision.Commit}";
        if (revision.Commit!.StartsWith('-') || prefix.Contains('/', StringComparison.Ordinal))
        {
            throw new NotForkException(ExitCode.Configuration, $"\"{revision.Commit}\" is not a check-in that a tarball can be named by.");
        }

        // Not beside what others have in the computer's temporary folder: a link could wait there under the tarball's name.
        var scratch = distribution is null ? Directory.CreateTempSubdirectory("not-fork-") : null;
        string sum;
        try
        {
            var kept = Path.Combine((scratch ?? Directory.CreateDirectory(distribution!)).FullName, prefix + ".tar.gz");
            if (!System.IO.File.Exists(kept))
            {
                // Under another name first: half of one, of a run that was killed, would be taken for the whole.
                var made = Path.Combine(Path.GetDirectoryName(kept)!, $"tmp-{prefix}.tar.gz");
                CacheEntry.Delete(made);
                fossil.Repository.In("tarball", revision.Commit, made, "--name", prefix).Output();
                System.IO.File.Move(made, kept);
            }

            sum = hash.Of(kept, folder => Unpack(kept, folder));
        }
        finally
        {
            scratch?.Delete(recursive: true);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(known)!);
        System.IO.File.WriteAllText(known + ".tmp", sum + "\n");
        System.IO.File.Move(known + ".tmp", known, overwrite: true);
        return sum;
    }

    private static void Unpack(string archive, string folder)
    {
        using var file = System.IO.File.OpenRead(archive);
        Archives.UnpackedArchive.UnpackTo(file, folder, archive, dialect: 1);
    }

    private string Address(Revision revision)
    {
        var file = $"{name}-{revision.Commit}.tar.gz";
        if (tarball!.Length == 0)
        {
            return $"{revision.Url}/tarball/{revision.Commit}/{file}";
        }

        var text = new StringBuilder();
        var isFilled = false;
        for (var at = 0; at < tarball.Length; at++)
        {
            var value = tarball[at] != '$' || at + 1 == tarball.Length ? null : tarball[at + 1] switch
            {
                'C' => revision.Commit,
                'N' => name,
                'D' or '$' => "$",
                _ => null,
            };
            isFilled |= value is not null;
            text.Append(value ?? tarball[at].ToString());
            at += value is null ? 0 : 1;
        }

        return isFilled ? text.ToString() : $"{tarball}/{file}";
    }
}
