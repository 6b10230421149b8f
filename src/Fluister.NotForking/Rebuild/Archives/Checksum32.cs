namespace Fluister.NotForking.Rebuild.Archives;

/// <summary>CRC-32 of ISO 3309, as gzip and zip have it.</summary>
internal sealed class Checksum32
{
    private static readonly uint[] s_table = [.. Enumerable.Range(0, 256).Select(Entry)];

    private uint _state = uint.MaxValue;

    /// <summary>Of all so far.</summary>
    public uint Value => ~_state;

    /// <summary>Takes more.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            _state = _state >> 8 ^ s_table[(byte)(_state ^ value)];
        }
    }

    private static uint Entry(int index)
    {
        var entry = (uint)index;
        for (var bit = 0; bit < 8; bit++)
        {
            entry = (entry & 1) == 0 ? entry >> 1 : entry >> 1 ^ 0xEDB88320;
        }

        return entry;
    }
}
