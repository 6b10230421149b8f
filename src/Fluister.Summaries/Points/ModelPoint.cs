namespace Fluister.Summaries.Points;

/// <summary>A point as a model wrote it: nothing in it is to be trusted.</summary>
/// <param name="Who">Label of a speaker, or empty.</param>
/// <param name="Text">What.</param>
/// <param name="Cites">Numbers of messages, from 1.</param>
internal sealed record ModelPoint(string Who, string Text, IReadOnlyList<int> Cites);
