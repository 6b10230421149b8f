namespace Fluister.Wire.Descriptors;

/// <summary>What is wrong with a descriptor.</summary>
public enum DescriptorFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The right key has signed it, but it is of a form that this version does not know.</summary>
    Malformed,

    /// <summary>It is nothing that the key which the server is known by has signed, or one that it handed on to.</summary>
    WrongKey,

    /// <summary>It is older than one that was seen, or forgets a key that was handed on to.</summary>
    Rollback,

    /// <summary>Its time is over: servers sign a fresh one every day.</summary>
    Expired,
}

/// <summary>What is wrong with descriptors, in words.</summary>
public static class DescriptorFaults
{
    /// <summary>What happened and what helps, in a sentence or two.</summary>
    public static string Explain(this DescriptorFault fault) => fault switch
    {
        DescriptorFault.Malformed => "The server's descriptor cannot be used by this version. Use a newer Fluister.",
        DescriptorFault.WrongKey =>
            "The server's descriptor is not signed with the key that is known of it: it is another server, or somebody stands in "
            + "between. Ask who runs the server.",
        DescriptorFault.Rollback =>
            "The server's descriptor is older than one that was seen before: the server may have been restored from a backup, its clock "
            + "may be wrong, or somebody shows an old one. Ask who runs the server.",
        DescriptorFault.Expired =>
            "The server's descriptor has expired. A server that runs signs a fresh one every day: perhaps somebody shows an old one, or "
            + "this computer's clock is wrong. From a file, ask for a new one (`fluister-server descriptor`).",
        _ => throw new ArgumentOutOfRangeException(nameof(fault)),
    };
}
