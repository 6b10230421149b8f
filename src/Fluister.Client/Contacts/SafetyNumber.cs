namespace Fluister.Client.Contacts;

/// <summary>What two people compare to know that nobody stands between them.</summary>
/// <param name="Digits">60 digits, the same on both sides.</param>
/// <param name="Scannable">The bytes of the code that the other side's camera reads.</param>
public sealed record SafetyNumber(string Digits, byte[] Scannable)
{
    private const int GroupLength = 5;

    /// <summary>Twelve groups of five digits, as people read them out.</summary>
    public IReadOnlyList<string> Groups => [.. Digits.Chunk(GroupLength).Select(group => new string(group))];

    /// <summary>Whether a text that somebody typed or pasted is this number; spaces do not matter.</summary>
    public bool Fits(string text) => string.Concat(text.Where(character => !char.IsWhiteSpace(character))) == Digits;

    /// <summary>In four lines of three groups.</summary>
    public override string ToString() =>
        string.Join(Environment.NewLine, Groups.Chunk(3).Select(line => string.Join(' ', line)));
}
