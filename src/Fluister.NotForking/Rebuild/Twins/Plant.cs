namespace Fluister.NotForking.Rebuild.Twins;

/// <summary>A fault that is put into what is built, to see that it is found.</summary>
internal enum Plant
{
    /// <summary>None.</summary>
    None,

    /// <summary>The time at which it is compiled.</summary>
    Clock,

    /// <summary>The path at which it is compiled.</summary>
    Path,
}
