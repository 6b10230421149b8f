using System.Text;

namespace Fluister.Tests.Engines;

/// <summary>A small tokenizer.model as SentencePiece writes them, trained by the same words as <see cref="TestTokenizer"/>.</summary>
internal static class TestSentencePiece
{
    private const int Unknown = 2;
    private const int Control = 3;
    private const int Byte = 6;

    /// <summary>Pairs of letters that are merged, best first.</summary>
    private static readonly string[] Merges =
    [
        "th", "▁th", "▁the", "in", "en", "er", "▁s", "▁m", "▁t", "▁a", "is", "at", "▁is", "▁in", "et", "▁me", "▁meet", "st", "▁st", "▁sta",
        "ti", "on", "tion", "▁station", "om", "▁k", "ke", "et", "ick", "▁tick", "▁ticket", "▁tickets", "▁▁", "▁▁▁▁", "20", "202", "gr",
        "öß", "größ", "Stra", "ße", "це", "▁в", "пят", "明日", "日は",
    ];

    /// <summary>Tokens of it.</summary>
    internal static IReadOnlyList<string> Pieces { get; } = [.. All().Select(piece => piece.Text)];

    internal static byte[] Model(int kind = 2, byte[]? rules = null, bool hasLeadingSpace = true)
    {
        var model = new MemoryStream();
        foreach (var (text, score, type) in All())
        {
            var piece = new MemoryStream();
            Field(piece, 1, Encoding.UTF8.GetBytes(text));
            piece.WriteByte((2 << 3) | 5);
            piece.Write(BitConverter.GetBytes(score));
            Number(piece, 3, type);
            Field(model, 1, piece.ToArray());
        }

        const int ByteFallback = 35;
        var trainer = new MemoryStream();
        Number(trainer, 3, kind);
        Number(trainer, ByteFallback, 1);
        Field(model, 2, trainer.ToArray());
        var normalizer = new MemoryStream();
        Field(normalizer, 1, "identity"u8.ToArray());
        Field(normalizer, 2, rules ?? []);
        Number(normalizer, 3, hasLeadingSpace ? 1 : 0);
        Number(normalizer, 4, 0);
        Field(model, 3, normalizer.ToArray());
        return model.ToArray();
    }

    private static IEnumerable<(string Text, float Score, int Type)> All()
    {
        yield return ("<unk>", 0, Unknown);
        yield return ("<s>", 0, Control);
        yield return ("</s>", 0, Control);
        for (var i = 0; i < 256; i++)
        {
            yield return ($"<0x{i:X2}>", 0, Byte);
        }

        var pieces = new List<string>();
        foreach (var merge in Merges)
        {
            // Each beginning of it too, so that it can be reached.
            var letters = merge.EnumerateRunes().Select(rune => rune.ToString()).ToArray();
            for (var length = 2; length <= letters.Length; length++)
            {
                pieces.Add(string.Concat(letters[..length]));
            }
        }

        pieces.AddRange(string.Concat(Merges).EnumerateRunes().Select(rune => rune.ToString()));
        pieces.AddRange(Enumerable.Range('!', '~' - '!' + 1).Select(c => ((char)c).ToString()));
        var score = 0;
        foreach (var piece in pieces.Distinct())
        {
            yield return (piece, score--, 1);
        }
    }

    private static void Number(Stream stream, int field, int value)
    {
        Varint(stream, (uint)field << 3);
        Varint(stream, (uint)value);
    }

    private static void Field(Stream stream, int field, byte[] bytes)
    {
        Varint(stream, ((uint)field << 3) | 2);
        Varint(stream, (uint)bytes.Length);
        stream.Write(bytes);
    }

    private static void Varint(Stream stream, uint value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            stream.WriteByte((byte)(value | 0x80));
        }

        stream.WriteByte((byte)value);
    }
}
