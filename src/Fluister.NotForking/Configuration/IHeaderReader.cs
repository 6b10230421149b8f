namespace Fluister.NotForking.Configuration;

/// <summary>Reads "key = value" lines up to the line that ends them.</summary>
internal interface IHeaderReader
{
    /// <summary>The keys so far, with the lines that they come from.</summary>
    Dictionary<string, (Place Place, string Value)> Keys { get; }

    /// <summary>Reads up to the line that ends the header, which it leaves behind.</summary>
    /// <returns>Whether there was such a line.</returns>
    /// <exception cref="NotForkException">A line is malformed.</exception>
    bool Read();
}
