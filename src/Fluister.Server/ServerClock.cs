using Fluister.Cryptography;
using Fluister.Wire;

namespace Fluister.Server;

/// <summary>The time and fresh ids, from sources that a test chooses.</summary>
internal sealed class ServerClock(TimeProvider time, RandomSource random)
{
    /// <summary>Now.</summary>
    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>The day of a time, by UTC; nothing finer is kept of when a device was there.</summary>
    public static DateTimeOffset Day(DateTimeOffset time) => new(time.UtcDateTime.Date, TimeSpan.Zero);

    /// <summary>A fresh id, for things that bear no route.</summary>
    public Guid NewGuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        random.Fill(bytes);
        bytes[6] = (byte)(0x40 | (bytes[6] & 0x0f));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3f));
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>A fresh id that bears a server's tag.</summary>
    public Guid NewGuid(ServerTag tag) => tag.Mint(random);
}
