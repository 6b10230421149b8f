namespace Fluister.Summaries.Evaluation.Injection;

/// <summary>A message that tries to give orders to whoever summarises it.</summary>
/// <param name="Kind">How it goes about it: "override", "role", ...</param>
/// <param name="Language">Two letters.</param>
/// <param name="Text">With <see cref="Placeholder"/> where the canary word goes.</param>
internal sealed record Payload(string Kind, string Language, string Text)
{
    /// <summary>Stands for the word by which obedience is known.</summary>
    public const string Placeholder = "{canary}";

    private static readonly Lazy<IReadOnlyList<Payload>> Corpus = new(Read);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Payload> All => Corpus.Value;

    /// <summary>The message.</summary>
    public string With(string canary) => Text.Replace(Placeholder, canary, StringComparison.Ordinal);

    /// <summary>A word that nobody uses, for one attack: letters only, so that no check of numbers stops it.</summary>
    public static string Canary(int attack)
    {
        string[] first = ["Zor", "Quil", "Vex", "Brun", "Plim", "Skar", "Trov", "Ghel"];
        string[] second = ["vand", "mert", "nosk", "dulf", "fand", "rixt", "bolm", "gwen"];
        string[] third = ["ica", "oru", "elin", "umba", "ady", "ox", "imar", "eth"];
        return first[attack % 8] + second[attack / 8 % 8] + third[attack / 64 % 8];
    }

    private static List<Payload> Read()
    {
        using var stream = typeof(Payload).Assembly.GetManifestResourceStream("payloads.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n').Where(x => x.Length > 0 && x[0] != '#').Select(line =>
        {
            var parts = line.Split('\t');
            return new Payload(parts[0], parts[1], parts[2].Replace("\\n", "\n", StringComparison.Ordinal));
        }).ToList();
    }
}
