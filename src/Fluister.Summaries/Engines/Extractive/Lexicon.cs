using System.Text;

namespace Fluister.Summaries.Engines.Extractive;

/// <summary>How often a word or a pair of words of a meeting came back in its summaries, by kind of summary.</summary>
/// <param name="Seen">Summaries of meetings that have it, specific.</param>
/// <param name="Kept">Those that have it too, specific.</param>
/// <param name="Times">How often they have it, specific.</param>
/// <param name="SeenGeneral">The same for summaries of a whole meeting.</param>
/// <param name="KeptGeneral">The same for summaries of a whole meeting.</param>
/// <param name="TimesGeneral">The same for summaries of a whole meeting.</param>
internal readonly record struct Tally(int Seen, int Kept, int Times, int SeenGeneral, int KeptGeneral, int TimesGeneral)
{
    /// <summary>Sum.</summary>
    public static Tally operator +(Tally a, Tally b) => new(a.Seen + b.Seen, a.Kept + b.Kept, a.Times + b.Times,
        a.SeenGeneral + b.SeenGeneral, a.KeptGeneral + b.KeptGeneral, a.TimesGeneral + b.TimesGeneral);

    /// <summary>Difference.</summary>
    public static Tally operator -(Tally a, Tally b) => new(a.Seen - b.Seen, a.Kept - b.Kept, a.Times - b.Times,
        a.SeenGeneral - b.SeenGeneral, a.KeptGeneral - b.KeptGeneral, a.TimesGeneral - b.TimesGeneral);
}

/// <summary>Words and pairs by hash. Holds no text.</summary>
internal sealed class Lexicon
{
    private readonly Dictionary<uint, Tally> _tallies;

    /// <summary>From counts.</summary>
    public Lexicon(Dictionary<uint, Tally> tallies) => _tallies = tallies;

    /// <summary>Number of entries.</summary>
    public int Count => _tallies.Count;

    /// <summary>FNV-1a over UTF-8.</summary>
    public static uint Hash(string word)
    {
        var hash = 2166136261u;
        Span<byte> utf8 = stackalloc byte[256];
        foreach (var b in utf8[..Encoding.UTF8.GetBytes(word.AsSpan(0, Math.Min(word.Length, 64)), utf8)])
        {
            hash = (hash ^ b) * 16777619u;
        }

        return hash;
    }

    /// <summary>Of a pair, from the hashes of its words.</summary>
    public static uint Hash(uint left, uint right) => (((left * 2654435761u) ^ right) * 16777619u) ^ (left >> 15);

    /// <summary>Zeros where the word was not seen.</summary>
    public Tally Find(uint hash) => _tallies.GetValueOrDefault(hash);

    /// <summary>Writes in order of hash.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(_tallies.Count);
        foreach (var (hash, t) in _tallies.OrderBy(x => x.Key))
        {
            writer.Write(hash);
            foreach (var n in (ReadOnlySpan<int>)[t.Seen, t.Kept, t.Times, t.SeenGeneral, t.KeptGeneral, t.TimesGeneral])
            {
                writer.Write((ushort)Math.Min(n, ushort.MaxValue));
            }
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static Lexicon Read(BinaryReader reader)
    {
        var count = reader.ReadInt32();
        var tallies = new Dictionary<uint, Tally>(count);
        for (var i = 0; i < count; i++)
        {
            tallies[reader.ReadUInt32()] = new(reader.ReadUInt16(), reader.ReadUInt16(), reader.ReadUInt16(),
                reader.ReadUInt16(), reader.ReadUInt16(), reader.ReadUInt16());
        }

        return new(tallies);
    }
}
