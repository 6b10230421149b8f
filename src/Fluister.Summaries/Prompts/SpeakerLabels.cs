using Fluister.Archive.Conversations;

namespace Fluister.Summaries.Prompts;

/// <summary>What a model calls the speakers: their names, cleaned, no two alike.</summary>
internal sealed class SpeakerLabels
{
    private const int Longest = 40;

    private readonly List<string> _labels = [];
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    /// <summary>By number of speaker; who spoke first has the plain name, so later speakers do not change it.</summary>
    public SpeakerLabels(IReadOnlyList<Participant?> speakers)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var speaker in speakers)
        {
            var name = Clean(speaker?.Name ?? "");
            var label = name;
            for (var n = 2; !taken.Add(label); n++)
            {
                label = $"{name} ({n})";
            }

            _numbers.Add(label, _labels.Count);
            _labels.Add(label);
        }
    }

    /// <summary>The label of a speaker.</summary>
    public string this[int speaker] => _labels[speaker];

    /// <summary>Number of labels.</summary>
    public int Count => _labels.Count;

    /// <summary>The speaker with a label, or -1.</summary>
    public int Find(string label) => _numbers.GetValueOrDefault(label, -1);

    /// <summary>Without what ends a name in the prompt's lines or in JSON.</summary>
    private static string Clean(string name)
    {
        var kept = string.Concat(name.Where(c => c is not ('"' or '\\' or ':' or '{' or '}' or '|' or '`')));
        return PlainLine.Of(kept, Longest) is { Length: > 0 } clean ? clean : "Somebody";
    }
}
