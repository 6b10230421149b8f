namespace Fluister.NotForking.Rebuild.Images;

/// <summary>deploy/base.lock: the Debian packages that the lowest layer is made of.</summary>
/// <param name="Packages">In the order of the file.</param>
/// <param name="Layer">SHA-256 of the layer that they make, as a tar file.</param>
internal sealed record PackageLock(IReadOnlyList<LockedPackage> Packages, string? Layer)
{
    /// <summary>Reads the lock.</summary>
    /// <exception cref="NotForkException">A line is malformed.</exception>
    public static PackageLock Read(string path)
    {
        List<LockedPackage> packages = [];
        string? layer = null;
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (line.StartsWith('#'))
            {
                continue;
            }

            switch (line.Split(' '))
            {
                case ["base.tar", "-", "-", "-", var hash]:
                    layer = hash;
                    break;
                case [{ Length: > 0 } name, _, _, var place, { Length: 64 } hash] when !place.Contains("..", StringComparison.Ordinal)
                    && name[0] is not ('-' or '.') && !name.Contains('/', StringComparison.Ordinal) && hash.All(char.IsAsciiHexDigitLower):
                    packages.Add(new LockedPackage(name, place, hash));
                    break;
                default:
                    throw new NotForkException(
                        ExitCode.Configuration, "Not \"package version architecture path SHA-256\".", new Place(path, number));
            }
        }

        return new PackageLock(packages, layer);
    }
}
