namespace Fluister.NotForking.Modifications.Strict.Xml;

/// <summary>An element of an XML document, and where its text stands.</summary>
/// <param name="Name">Its local name.</param>
/// <param name="Start">Where its first tag begins.</param>
/// <param name="TagEnd">Where attributes can be added: before `>` or `/>` and blanks of the first tag.</param>
/// <param name="ContentStart">After the first tag.</param>
/// <param name="Line">Its line.</param>
internal sealed record Element(string Name, int Start, int TagEnd, int ContentStart, int Line)
{
    /// <summary>Before the last tag; <see cref="ContentStart"/> where there is none.</summary>
    public int ContentEnd { get; set; } = ContentStart;

    /// <summary>After the last tag.</summary>
    public int End { get; set; } = ContentStart;

    /// <summary>Whether it is written `&lt;a/&gt;`.</summary>
    public bool IsClosed { get; init; }

    /// <summary>Its own text, decoded, without that of its children.</summary>
    public string Text { get; set; } = "";

    /// <summary>Its attributes: local name, value, where the value stands without quotes, and where the name begins.</summary>
    public List<(string Name, string Value, int Start, int End, int NameStart)> Attributes { get; init; } = [];

    /// <summary>Its child elements.</summary>
    public List<Element> Children { get; } = [];
}
