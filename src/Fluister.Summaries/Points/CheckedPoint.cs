
namespace Fluister.Summaries.Points;

/// <summary>A point that stood up to the checks, or the quote in its place.</summary>
/// <param name="Text">What.</param>
/// <param name="Speaker">Number of the speaker, or -1.</param>
/// <param name="Utterances">Cited; never empty. Of a quote, the first is the one quoted.</param>
/// <param name="IsQuote">Word for word.</param>
internal sealed record CheckedPoint(string Text, int Speaker, IReadOnlyList<int> Utterances, bool IsQuote);

/// <summary>What a model's answer about a sheet came to.</summary>
/// <param name="Points">Points and quotes, in the model's order.</param>
/// <param name="Dropped">Points that fell, by the first check that they did not pass.</param>
internal sealed record SheetPoints(IReadOnlyList<CheckedPoint> Points, IReadOnlyDictionary<string, int> Dropped)
{
    /// <summary>Points as the model wrote them.</summary>
    public int Kept => Points.Count(x => !x.IsQuote);
}
