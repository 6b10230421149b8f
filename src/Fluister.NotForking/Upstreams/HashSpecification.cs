using System.Globalization;

namespace Fluister.NotForking.Upstreams;

/// <summary>`--filehash` and `--dirhash`: "ELEMENT:builtin:sha256" or "ELEMENT:PROGRAM ARGUMENTS", or a program alone.</summary>
public sealed class HashSpecification
{
    private readonly string[] _program;
    private readonly bool _isFolder;

    /// <summary>Reads one.</summary>
    /// <param name="text">As on the command line.</param>
    /// <param name="isFolder">Whether the hash is of what an archive unpacks to.</param>
    /// <exception cref="NotForkException">There is no such built-in hash.</exception>
    public HashSpecification(string text, bool isFolder)
    {
        const string BuiltIn = "builtin:";
        var parts = text.Split(':', 2);
        var run = parts[^1];
        (Element, _isFolder, Algorithm) = (parts[0], isFolder, run);
        _program = run.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (run.StartsWith(BuiltIn, StringComparison.Ordinal))
        {
            var name = run[BuiltIn.Length..];
            Bits = Digest.Sizes.FirstOrDefault(size => name == $"sha{size}");
            if (Bits == 0 || isFolder)
            {
                throw new NotForkException(
                    ExitCode.Usage, Bits == 0 ? $"There is no built-in hash \"{name}\": sha224, sha256, sha384 and sha512 are."
                        : $"The built-in hash {name} is of a file, not of a folder.");
            }

            Algorithm = "sha";
        }
        else if (_program.Length == 0)
        {
            throw new NotForkException(ExitCode.Usage, $"\"{text}\" names neither a built-in hash nor a program.");
        }
    }

    /// <summary>The member of the lock that gets the hash.</summary>
    public string Element { get; }

    /// <summary>"sha", or the program.</summary>
    public string Algorithm { get; }

    /// <summary>The size of a built-in hash; else 0.</summary>
    public int Bits { get; }

    /// <summary>What the old tool's cache knows a hash by.</summary>
    public string CacheName(string index) => string.Create(CultureInfo.InvariantCulture, $"{Algorithm} {Bits} {index}");

    /// <summary>The hash of an archive, in hex.</summary>
    /// <param name="archive">The archive's path.</param>
    /// <param name="unpack">Unpacks it to an empty folder.</param>
    public string Of(string archive, Action<string> unpack)
    {
        if (Bits > 0)
        {
            using var content = File.OpenRead(archive);
            return Convert.ToHexStringLower(Digest.Compute(Bits, content));
        }

        if (!_isFolder)
        {
            return Run(archive);
        }

        var folder = Directory.CreateTempSubdirectory("not-fork-");
        try
        {
            unpack(folder.FullName);
            return Run(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private string Run(string path)
    {
        var line = new ProgramRun(_program[0], [.. _program[1..], path]).Text().Split('\n')[0].TrimStart();
        var hash = new string([.. line.TakeWhile(char.IsAsciiHexDigit)]);
        var isWord = hash.Length > 0 &&
            (hash.Length == line.Length || !(char.IsLetterOrDigit(line[hash.Length]) || line[hash.Length] == '_'));
        return isWord ? hash : throw new NotForkException(ExitCode.Fetch, $"`{Algorithm}` wrote no hash but \"{line}\".");
    }
}
