namespace Fluister.Summaries.Segments;

/// <summary>Utterances that belong together: the first and the one after the last.</summary>
internal readonly record struct Segment(int Start, int End)
{
    /// <summary>Utterances in it.</summary>
    public int Count => End - Start;
}
