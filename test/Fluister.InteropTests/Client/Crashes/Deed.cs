namespace Fluister.InteropTests.Client.Crashes;

/// <summary>What a party did.</summary>
internal enum DeedKind
{
    Text,
    File,
    Edit,
    Reaction,
    Deletion,
}

/// <summary>Something that a party asked its daemon for.</summary>
/// <param name="Kind">What.</param>
/// <param name="Mark">What names it in the histories: the first word of a text, the emoji of a reaction.</param>
/// <param name="Target">The mark of the message that it changes; null for one of its own.</param>
internal sealed record Deed(DeedKind Kind, string Mark, string? Target)
{
    /// <summary>The time that names it, once the daemon has said that it is done; null where that is not known.</summary>
    public long? Timestamp { get; set; }
}
