using System.Text;
using Fluister.NotForking.Texts;

namespace Fluister.NotForkingTests.Texts;

/// <summary>A text and a patch that may or may not fit it, made from a seed.</summary>
internal sealed class PatchCase
{
    private readonly Random _random;

    /// <summary>Makes one.</summary>
    /// <param name="seed">What decides everything.</param>
    /// <param name="name">The file's name.</param>
    public PatchCase(int seed, string name)
    {
        _random = new Random(seed);
        var old = Lines();
        var changed = Changed(old, 1 + _random.Next(4));
        var context = _random.Next(5);
        var patch = UnifiedDiff.Hunks(new TextLines(Join(old)), new TextLines(Join(changed)), context);
        var header = $"--- a/{name}\t2024-01-02 03:04:05 +0000\n+++ b/{name}\t2024-01-02 03:04:06 +0000\n";
        patch = patch.Length > 0 ? [.. Encoding.ASCII.GetBytes(header), .. patch] : [];
        // Mostly upstream went on, sometimes it has the change, or a part of it, or nothing of the kind.
        var text = _random.Next(10) switch
        {
            0 => changed,
            1 => Changed(changed, 1),
            2 => Lines(),
            3 => old,
            _ => Changed(old, 1 + _random.Next(3)),
        };
        (Name, Text, Patch, Old, New) = (name, Join(text), patch, Join(old), Join(changed));
        if (_random.Next(8) == 0)
        {
            (Text, Patch) = (Returned(Text), _random.Next(3) == 0 ? Returned(Patch) : Patch);
        }
    }

    /// <summary>The file's name.</summary>
    public string Name { get; }

    /// <summary>What the patch was made of.</summary>
    public byte[] Old { get; }

    /// <summary>What it makes.</summary>
    public byte[] New { get; }

    /// <summary>What the patch is applied to.</summary>
    public byte[] Text { get; }

    /// <summary>The patch; empty where there is nothing to change.</summary>
    public byte[] Patch { get; }

    private static byte[] Returned(byte[] text) => Encoding.Latin1.GetBytes(
        Encoding.Latin1.GetString(text).Replace("\n", "\r\n", StringComparison.Ordinal));

    private byte[] Join(List<string> lines) =>
        Encoding.Latin1.GetBytes(string.Join('\n', lines) + (lines.Count > 0 && _random.Next(6) > 0 ? "\n" : ""));

    private List<string> Lines() => [.. Enumerable.Range(0, _random.Next(_random.Next(3) == 0 ? 4 : 40)).Select(_ => Line())];

    // Few different lines, so that a hunk fits in several places; never an empty last one.
    private string Line() => _random.Next(7) == 0 ? $"  line {_random.Next(1000)}" : ((char)('a' + _random.Next(5))).ToString();

    private List<string> Changed(List<string> lines, int times)
    {
        var changed = new List<string>(lines);
        for (; times > 0; times--)
        {
            var at = _random.Next(changed.Count + 1);
            var count = Math.Min(changed.Count - at, _random.Next(4));
            changed.RemoveRange(at, count);
            changed.InsertRange(at, Enumerable.Range(0, _random.Next(4)).Select(_ => Line()));
        }

        return changed;
    }
}
