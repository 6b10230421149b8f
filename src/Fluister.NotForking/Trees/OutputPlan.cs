namespace Fluister.NotForking.Trees;

/// <summary>What must be done to an output so that it is a given tree.</summary>
internal sealed class OutputPlan
{
    /// <summary>The new index.</summary>
    public SortedDictionary<string, IndexEntry> Index { get; } = new(Utf8Order.Instance);

    /// <summary>What is done, in this order.</summary>
    public List<OutputStep> Steps { get; } = [];
}
