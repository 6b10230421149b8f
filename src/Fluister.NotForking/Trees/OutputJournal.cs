using System.Text;

namespace Fluister.NotForking.Trees;

/// <summary>The steps of a change that has begun, in a file: whoever finds it goes on with them. Each step may be done again.</summary>
internal static class OutputJournal
{
    /// <summary>Writes it; it is there as a whole or not at all.</summary>
    public static void Write(string file, IEnumerable<OutputStep> steps)
    {
        var text = string.Concat(steps.Select(step => $"{step.Kind}{step.Path}\0{step.Value}\0"));
        File.WriteAllText(file + ".tmp", text, new UTF8Encoding(false));
        File.Move(file + ".tmp", file);
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="NotForkException">It is damaged.</exception>
    public static List<OutputStep> Read(string file)
    {
        var parts = File.ReadAllText(file, Encoding.UTF8).Split('\0');
        var steps = new List<OutputStep>();
        for (var at = 0; at + 1 < parts.Length; at += 2)
        {
            steps.Add(parts[at] is ['d' or 'f' or 'l' or 't' or 'x' or 'n', ..] && TreePath.IsInside(parts[at][1..])
                && !parts[at + 1].Contains('/', StringComparison.Ordinal) | parts[at][0] == 'l'
                ? new OutputStep(parts[at][0], parts[at][1..], parts[at + 1])
                : throw new NotForkException(
                    ExitCode.OutputGuard, "This journal of an output is damaged; move the output away.", new Place(file)));
        }

        return steps;
    }
}
