using System.Buffers.Binary;
using Fluister.Cryptography;

namespace Fluister.Client.Transport;

/// <summary>How long to wait before the next try: twice as long each time, within bounds, and never quite the same, so that the clients of
/// a server that comes back do not come all at once.</summary>
/// <param name="random">For the share of a pause.</param>
/// <param name="first">The first pause; <see cref="ClientLimits.FirstPause"/> by default.</param>
/// <param name="longest">The longest pause; <see cref="ClientLimits.LongestPause"/> by default.</param>
internal sealed class Backoff(RandomSource random, TimeSpan? first = null, TimeSpan? longest = null)
{
    private int _tries;

    /// <summary>It went well.</summary>
    public void Reset() => _tries = 0;

    /// <summary>The next pause: between half and all of what the number of tries gives, and not less than the server asked for.</summary>
    public TimeSpan Next(TimeSpan? least = null)
    {
        var most = Math.Min(
            (first ?? ClientLimits.FirstPause).TotalSeconds * Math.Pow(2, Math.Min(_tries, 30)),
            (longest ?? ClientLimits.LongestPause).TotalSeconds);
        _tries++;
        Span<byte> bytes = stackalloc byte[4];
        random.Fill(bytes);
        var share = 0.5 + (BinaryPrimitives.ReadUInt32LittleEndian(bytes) / (2.0 * uint.MaxValue));
        return TimeSpan.FromSeconds((most * share) + (least ?? TimeSpan.Zero).TotalSeconds);
    }
}
