using System.Globalization;

namespace Fluister.Simulation.Network;

/// <summary>A line of a journal.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Time">When, in microseconds of Unix time.</param>
/// <param name="Fields">What belongs to it.</param>
internal readonly record struct JournalLine(JournalKind Kind, long Time, ReadOnlyMemory<string> Fields)
{
    /// <summary>One of its fields.</summary>
    public string this[int index] => Fields.Span[index];

    /// <summary>Reads a journal, but for a last line that a killed process did not finish.</summary>
    public static IEnumerable<JournalLine> Read(string path) => Split(File.ReadAllText(path)).Select(Parse);

    /// <summary>Reads a line.</summary>
    public static JournalLine Parse(string line)
    {
        var parts = line.Split('\t');
        return new JournalLine(
            Enum.Parse<JournalKind>(parts[0]), long.Parse(parts[1], CultureInfo.InvariantCulture), parts.AsMemory(2));
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Kind}\t{Time}\t{string.Join('\t', Fields.ToArray())}");

    private static IEnumerable<string> Split(string text)
    {
        var end = text.LastIndexOf('\n');
        return end < 0 ? [] : text[..end].Split('\n');
    }
}
