namespace Fluister.NotForking.Rebuild.Images;

/// <summary>Fetches Debian packages from any mirror; what their hash does not name is refused.</summary>
/// <param name="folder">Where they are kept for the next time.</param>
internal sealed class PackageCache(string folder)
{
    /// <summary>More than any package that an image has: 256 MiB.</summary>
    private const long Largest = 256L << 20;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    /// <summary>The file of a package.</summary>
    /// <exception cref="NotForkException">No mirror has it (fetch), or it is another one (verification).</exception>
    public string Get(LockedPackage package)
    {
        var file = Path.Combine(folder, package.Hash + ".deb");
        if (File.Exists(file) && FolderHash.File(file) == package.Hash)
        {
            return file;
        }

        Directory.CreateDirectory(folder);
        using var client = new HttpClient { Timeout = s_patience };
        foreach (var mirror in Mirrors())
        {
            var part = $"{file}.{Environment.ProcessId}";
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{mirror.TrimEnd('/')}/{package.Path}"));
                using var answer = client.Send(request, HttpCompletionOption.ResponseHeadersRead).EnsureSuccessStatusCode();
                using var from = answer.Content.ReadAsStream();
                using (var to = File.Create(part))
                {
                    Copy(from, to);
                }
            }
            catch (Exception e) when (
                e is HttpRequestException or IOException or TaskCanceledException or NotSupportedException or UriFormatException)
            {
                File.Delete(part);
                continue;
            }

            if (FolderHash.File(part) != package.Hash)
            {
                File.Delete(part);
                throw new NotForkException(
                    ExitCode.Verification, $"{package.Path} is not the file that deploy/base.lock names: its hash differs. Do not use it.");
            }

            File.Move(part, file, overwrite: true);
            return file;
        }

        throw new NotForkException(
            ExitCode.Fetch,
            $"No mirror has {package.Path} any more. Name one that has with FLUISTER_DEBIAN, or take newer ones: eng/images lock.");
    }

    /// <summary>A mirror is nobody whom one trusts: what it sends is bounded before its hash is known.</summary>
    private static void Copy(Stream from, Stream to)
    {
        var buffer = new byte[1 << 16];
        long length = 0;
        for (int read; (read = from.Read(buffer)) > 0;)
        {
            length += read;
            to.Write(buffer, 0, length <= Largest ? read : throw new IOException("The mirror sends more than a package has."));
        }
    }

    /// <summary>Roots of Debian's archive, in the order to try them: as told, as apt is configured, and Debian's own name.</summary>
    private static IEnumerable<string> Mirrors()
    {
        if (Environment.GetEnvironmentVariable("FLUISTER_DEBIAN") is { Length: > 0 } told)
        {
            yield return told;
        }

        if (Child.Exists("apt-get"))
        {
            foreach (var mirror in Child.Run(
                "apt-get", ["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian"], "/")
                .Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal))
            {
                yield return mirror;
            }
        }

        yield return "http://deb.debian.org/debian";
        yield return "http://deb.debian.org/debian-security";
    }
}
