namespace Fluister.NotForking.Commands;

/// <summary>A NAME of the command line, with the options that stand before it and hold for it alone.</summary>
/// <param name="Name">NAME.</param>
internal sealed record NameOptions(string Name)
{
    /// <summary>`-v`: the version; null: the latest.</summary>
    public string? Version { get; init; }

    /// <summary>`-c`: the commit, in place of a version.</summary>
    public string? Commit { get; init; }

    /// <summary>`--prefer-tarball`: the address of tarballs in a JSON lock.</summary>
    public string? PreferTarball { get; init; }

    /// <summary>`--distribution`: the folder of tarballs that a JSON lock is made from.</summary>
    public string? Distribution { get; init; }

    /// <summary>`--filehash` or `--dirhash`: "ELEMENT:HASH".</summary>
    public string? Hash { get; init; }

    /// <summary>Whether <see cref="Hash"/> is of what a tarball unpacks to.</summary>
    public bool IsFolderHash { get; init; }
}
