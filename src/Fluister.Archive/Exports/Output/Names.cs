using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Fluister.Archive.Conversations;

namespace Fluister.Archive.Exports.Output;

/// <summary>Names of files and anchors, made of what others wrote, that are safe on every file system.</summary>
internal static class Names
{
    private const int MaximumSlug = 40;
    private const int MaximumSlugBytes = 96;
    private const int ShortId = 8;
    private const int LongId = 32;

    /// <summary>Characters of a safe id, at most.</summary>
    internal const int MaximumSafe = 64;

    /// <summary>A file name without extension for every conversation: what it is called, and a part that tells it from others.</summary>
    internal static Dictionary<string, string> Stems(IReadOnlyList<Conversation> conversations)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var conversation in conversations)
        {
            var stem = Stem(conversation, ShortId);
            counts[stem] = counts.GetValueOrDefault(stem) + 1;
        }

        var stems = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var conversation in conversations)
        {
            var stem = Stem(conversation, ShortId);
            stems[conversation.Id] = counts[stem] == 1 ? stem : Stem(conversation, LongId);
        }

        return stems;
    }

    /// <summary>Letters and digits of <paramref name="text"/> in lower case, joined by hyphens; <paramref name="instead"/> where none are
    /// left.</summary>
    internal static string Slug(string? text, string instead)
    {
        var slug = new StringBuilder();
        var (runes, bytes, gap) = (0, 0, false);
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            var isMark = Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
            if (!Rune.IsLetterOrDigit(rune) && !isMark)
            {
                gap = slug.Length > 0;
                continue;
            }

            bytes += rune.Utf8SequenceLength + (gap ? 1 : 0);
            if (++runes > MaximumSlug || bytes > MaximumSlugBytes)
            {
                break;
            }

            slug.Append(gap ? "-" : "").Append(Rune.ToLowerInvariant(rune).ToString());
            gap = false;
        }

        return slug.Length == 0 ? instead : slug.ToString();
    }

    /// <summary>An id as it stands where it is letters, digits and hyphens of at most 64; else a digest of it.</summary>
    internal static string Safe(string id) =>
        id.Length is > 0 and <= MaximumSafe && id.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-') && id[0] != '-' ? id
            : Digest(id, LongId);

    private static string Stem(Conversation conversation, int length) =>
        Slug(conversation.Name, "conversation") + "-" + Digest(conversation.Id, length);

    private static string Digest(string id, int length) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)))[..length];

    /// <summary>Writes the anchor of a message: "m-" and its id, every other character than letters, digits and hyphens as
    /// ".XXXX".</summary>
    internal static void WriteAnchor(Utf8Writer writer, string id)
    {
        writer.Write("m-"u8);
        foreach (var character in id)
        {
            if (char.IsAsciiLetterOrDigit(character) || character == '-')
            {
                writer.Write((byte)character);
                continue;
            }

            var room = writer.Room(5);
            room[0] = (byte)'.';
            for (var i = 0; i < 4; i++)
            {
                room[1 + i] = "0123456789ABCDEF"u8[(character >> (12 - (4 * i))) & 0xF];
            }

            writer.Advance(5);
        }
    }
}
