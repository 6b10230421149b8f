using System.Globalization;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>Where one edit applied, and whether that is as often as it says.</summary>
/// <param name="line">The edit.</param>
/// <param name="otherwise">How often, if it does not say so.</param>
/// <param name="code">What a refusal counts as.</param>
internal sealed class Tally(EditLine line, Expectation otherwise, ExitCode code = ExitCode.Drift)
{
    private const int Shown = 10;
    private readonly Expectation _expect = line.Expect("expect", otherwise);
    private readonly Expectation _each = line.Expect("each", Expectation.Any);
    private readonly List<string> _where = [];

    /// <summary>How many files were chosen.</summary>
    public int Files { get; private set; }

    /// <summary>In how many places it applied.</summary>
    public int Count { get; private set; }

    /// <summary>The edit.</summary>
    public EditLine Line => line;

    /// <summary>Takes what was found in one file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="lines">The line of each place, from 1; 0: the file as a whole.</param>
    /// <exception cref="NotForkException">It is not as often as `each` says (drift).</exception>
    public void Add(string path, IReadOnlyList<int> lines)
    {
        Files++;
        Count += lines.Count;
        _where.AddRange(lines.Take(Shown - _where.Count).Select(
            number => number == 0 ? path : path + ":" + number.ToString(CultureInfo.InvariantCulture)));
        if (!_each.Holds(lines.Count))
        {
            throw new NotForkException(
                code,
                $"The edit applies {Times(lines.Count)} in {path}, but \"each = {_each}\"" +
                $"{List(lines.Select(number => $"{path}:{number}"), lines.Count)}.",
                line.Place);
        }
    }

    /// <summary>Refuses a count that is not expected.</summary>
    /// <param name="cause">Why it might be none.</param>
    public void Check(Func<string> cause)
    {
        if (_expect.Holds(Count))
        {
            return;
        }

        throw new NotForkException(
            code,
            Count == 0
                ? $"The edit applies nowhere (expect = {_expect}): {cause()}."
                : $"The edit applies {Times(Count)}, but \"expect = {_expect}\"{List(_where, Count)}.",
            line.Place);
    }

    private static string Times(int count) => count == 1 ? "once" : $"{count} times";

    private static string List(IEnumerable<string> where, int count)
    {
        var shown = string.Join(", ", where.Take(Shown));
        return shown.Length == 0 ? "" : $": {shown}" + (count > Shown ? $" and {count - Shown} more" : "");
    }
}
