using Fluister.Summaries.Language;

namespace Fluister.Summaries.Evaluation;

/// <summary>Overlap of one summary with one reference: each between 0 and 1.</summary>
internal readonly record struct RougeScore(double Precision, double Recall)
{
    /// <summary>Harmonic mean of precision and recall.</summary>
    public double F1 => Precision + Recall > 0 ? 2 * Precision * Recall / (Precision + Recall) : 0;
}

/// <summary>C.-Y. Lin, "ROUGE: A Package for Automatic Evaluation of Summaries", 2004, in the convention of today's scorers: lower case,
/// words are runs of ASCII letters and digits, words longer than three letters are stemmed (Porter), no stop words are removed.</summary>
internal static class Rouge
{
    /// <summary>The words that are compared.</summary>
    public static List<string> Words(string text)
    {
        var words = new List<string>();
        var lower = text.ToLowerInvariant();
        var start = -1;
        for (var i = 0; i <= lower.Length; i++)
        {
            var inside = i < lower.Length && char.IsAsciiLetterOrDigit(lower[i]);
            if (inside && start < 0)
            {
                start = i;
            }
            else if (!inside && start >= 0)
            {
                var word = lower[start..i];
                words.Add(word.Length > 3 ? Porter.Stem(word) : word);
                start = -1;
            }
        }

        return words;
    }

    /// <summary>ROUGE-N: n-grams, each counted as often as in both.</summary>
    public static RougeScore N(IReadOnlyList<string> summary, IReadOnlyList<string> reference, int n)
    {
        var wanted = Count(reference, n, out var inReference);
        var found = Count(summary, n, out var inSummary);
        var common = 0;
        foreach (var (gram, count) in found)
        {
            common += Math.Min(count, wanted.GetValueOrDefault(gram));
        }

        return new(inSummary == 0 ? 0 : (double)common / inSummary, inReference == 0 ? 0 : (double)common / inReference);
    }

    /// <summary>ROUGE-L: the longest common subsequence of the whole texts.</summary>
    public static RougeScore L(IReadOnlyList<string> summary, IReadOnlyList<string> reference)
    {
        if (summary.Count == 0 || reference.Count == 0)
        {
            return default;
        }

        var previous = new int[reference.Count + 1];
        var current = new int[reference.Count + 1];
        foreach (var word in summary)
        {
            for (var j = 1; j <= reference.Count; j++)
            {
                current[j] = string.Equals(word, reference[j - 1], StringComparison.Ordinal)
                    ? previous[j - 1] + 1
                    : Math.Max(previous[j], current[j - 1]);
            }

            (previous, current) = (current, previous);
        }

        var common = previous[^1];
        return new((double)common / summary.Count, (double)common / reference.Count);
    }

    /// <summary>ROUGE-L of a summary of several sentences: for each sentence of the reference, the union of its longest common
    /// subsequences with all sentences of the summary (Lin, section 3.2), each word counted at most as often as in both.</summary>
    public static RougeScore LSum(string summary, string reference)
    {
        var (ours, theirs) = (Split(summary), Split(reference));
        var (left, wanted) = (Count(ours.SelectMany(x => x).ToList(), 1, out var inSummary),
            Count(theirs.SelectMany(x => x).ToList(), 1, out var inReference));
        if (inSummary == 0 || inReference == 0)
        {
            return default;
        }

        var common = 0;
        foreach (var sentence in theirs)
        {
            var union = new bool[sentence.Count];
            ours.ForEach(x => Mark(sentence, x, union));
            foreach (var word in sentence.Where((_, i) => union[i]))
            {
                if (left.GetValueOrDefault(word) > 0 && wanted[word] > 0)
                {
                    left[word]--;
                    wanted[word]--;
                    common++;
                }
            }
        }

        return new((double)common / inSummary, (double)common / inReference);
    }

    private static List<List<string>> Split(string text) =>
        Sentences.Split(text).ConvertAll(x => Words(text.Substring(x.Start, x.Length)));

    /// <summary>Marks the words of a sentence that are in one longest common subsequence with another.</summary>
    private static void Mark(List<string> sentence, List<string> other, bool[] marks)
    {
        var table = new int[sentence.Count + 1, other.Count + 1];
        for (var i = 1; i <= sentence.Count; i++)
        {
            for (var j = 1; j <= other.Count; j++)
            {
                table[i, j] = sentence[i - 1] == other[j - 1] ? table[i - 1, j - 1] + 1 : Math.Max(table[i - 1, j], table[i, j - 1]);
            }
        }

        for (var (i, j) = (sentence.Count, other.Count); i > 0 && j > 0;)
        {
            if (sentence[i - 1] == other[j - 1])
            {
                marks[--i] = true;
                j--;
            }
            else if (table[i, j - 1] > table[i - 1, j])
            {
                j--;
            }
            else
            {
                i--;
            }
        }
    }

    private static Dictionary<string, int> Count(IReadOnlyList<string> words, int n, out int total)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        total = Math.Max(0, words.Count - n + 1);
        for (var i = 0; i < total; i++)
        {
            var gram = n == 1 ? words[i] : string.Join(' ', words.Skip(i).Take(n));
            counts[gram] = counts.GetValueOrDefault(gram) + 1;
        }

        return counts;
    }
}
