using System.Text;
using Fluister.Archive.Sealed;

namespace Fluister.Summaries.Cache;

/// <summary>One text of a cache and the messages it was made of.</summary>
/// <param name="Key">32 bytes, in hexadecimal.</param>
/// <param name="Sources">Never empty.</param>
/// <param name="Value">What was put.</param>
internal sealed record CacheEntry(string Key, IReadOnlyList<CachedMessage> Sources, byte[] Value)
{
    public const int KeyBytes = 32;

    /// <summary>Longest id of a message; Signal's have 36.</summary>
    private const int MaximumId = 1024;

    /// <summary>Bytes in the file, near enough.</summary>
    public int Size { get; } = KeyBytes + Value.Length + 16
        + Sources.Sum(x => Varint.MaximumBytes + CachedMessage.HashBytes + 2 + x.Id.Length);

    public void Write(ByteList to)
    {
        to.Bytes(Convert.FromHexString(Key));
        to.Number((ulong)Sources.Count);
        foreach (var source in Sources)
        {
            to.Signed(source.RowId);
            to.Text(source.Id);
            to.Bytes(source.Hash);
        }

        to.Number((ulong)Value.Length);
        to.Bytes(Value);
    }

    /// <exception cref="Archive.Conversations.ArchiveException">It makes no sense.</exception>
    public static CacheEntry Read(ReadOnlySpan<byte> bytes, ref int at)
    {
        var key = Convert.ToHexString(Take(bytes, ref at, KeyBytes));
        var sources = new CachedMessage[Varint.ReadCount(bytes, ref at, (bytes.Length - at) / CachedMessage.HashBytes)];
        for (var i = 0; i < sources.Length; i++)
        {
            var row = Varint.UnZigZag(Varint.Read(bytes, ref at));
            var id = Encoding.UTF8.GetString(Take(bytes, ref at, Varint.ReadCount(bytes, ref at, MaximumId)));
            sources[i] = new(row, id, Take(bytes, ref at, CachedMessage.HashBytes).ToArray());
        }

        return new(key, sources, Take(bytes, ref at, Varint.ReadCount(bytes, ref at, bytes.Length)).ToArray());
    }

    private static ReadOnlySpan<byte> Take(ReadOnlySpan<byte> bytes, ref int at, int count)
    {
        if (count > bytes.Length - at)
        {
            throw Varint.Unreadable();
        }

        at += count;
        return bytes.Slice(at - count, count);
    }
}
