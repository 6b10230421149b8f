using Fluister.Summaries.Points;
using Fluister.Summaries.Prompts;

namespace Fluister.Summaries;

/// <summary>A sheet and what came of it.</summary>
internal sealed class Work(Sheet sheet)
{
    public Sheet Sheet { get; } = sheet;

    /// <summary>How often it was cut in two.</summary>
    public int Depth { get; init; }

    public int PromptTokens { get; set; }

    /// <summary>From an earlier digest.</summary>
    public bool IsKnown { get; set; }

    /// <summary>The engine failed on it or on a part of it.</summary>
    public bool Failed { get; set; }

    /// <summary>Null where nothing came.</summary>
    public SheetPoints? Points { get; set; }
}
