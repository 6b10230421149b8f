namespace Fluister.Summaries.Engines.Extractive;

/// <summary>The trained part: where a question is dealt with, and which words and pairs of words a summary keeps.</summary>
internal sealed class Ranker
{
    private const uint Magic = 0x314B5246;
    private static readonly Lazy<Ranker> Embedded = new(() =>
    {
        using var stream = typeof(Ranker).Assembly.GetManifestResourceStream("ranker.model")!;
        return Read(stream);
    });

    /// <summary>The one that comes with the program.</summary>
    public static Ranker Default => Embedded.Value;

    /// <summary>Of an utterance to a question.</summary>
    public required Forest Relevance { get; init; }

    /// <summary>Of a word to a summary.</summary>
    public required Forest Words { get; init; }

    /// <summary>Of a pair of words to a summary.</summary>
    public required Forest Pairs { get; init; }

    /// <summary>Words seen in training.</summary>
    public required Lexicon WordLexicon { get; init; }

    /// <summary>Pairs seen in training.</summary>
    public required Lexicon PairLexicon { get; init; }

    /// <summary>Relevance of each utterance: 0 to 1; all 1 without a question.</summary>
    public float[] RelevanceOf(Passages passages, Question? question)
    {
        var relevance = new float[passages.Utterances.Count];
        if (question is null)
        {
            Array.Fill(relevance, 1);
            return relevance;
        }

        var samples = Extractive.Relevance.Features(passages, question);
        for (var i = 0; i < relevance.Length; i++)
        {
            relevance[i] = Relevance.Probability(samples.AsSpan(i * Extractive.Relevance.FeatureCount, Extractive.Relevance.FeatureCount));
        }

        return relevance;
    }

    /// <summary>Writes little-endian, always the same bytes for the same ranker.</summary>
    public void Write(Stream stream)
    {
        using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write(Magic);
        Relevance.Write(writer);
        Words.Write(writer);
        Pairs.Write(writer);
        WordLexicon.Write(writer);
        PairLexicon.Write(writer);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static Ranker Read(Stream stream)
    {
        using var reader = new BinaryReader(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        if (reader.ReadUInt32() != Magic)
        {
            throw new InvalidDataException("Not a ranker of this version.");
        }

        return new()
        {
            Relevance = Forest.Read(reader),
            Words = Forest.Read(reader),
            Pairs = Forest.Read(reader),
            WordLexicon = Lexicon.Read(reader),
            PairLexicon = Lexicon.Read(reader),
        };
    }
}
