using Fluister.Cryptography;
using Fluister.Protocol.Keys;
using Fluister.Wire.Descriptors;

namespace Fluister.Server.Operations;

/// <summary>The signed descriptor as it is published: a fresh one at the start and every day, each with a higher sequence than all that
/// went out before it, even where the clock was set back, or the operator's program has printed one meanwhile.</summary>
/// <param name="describe">The descriptor's bytes at a time with a sequence.</param>
/// <param name="key">Signs it.</param>
/// <param name="time">The clock.</param>
/// <param name="random">For signatures.</param>
/// <param name="file">Has the last sequence that went out, for all programs that work on the folder; none in memory.</param>
internal sealed class PublishedDescriptor(
    Func<DateTimeOffset, long, byte[]> describe, PrivateKey key, TimeProvider time, RandomSource random, string? file = null)
{
    private readonly Lock _lock = new();
    private byte[] _signed = [];
    private long _sequence;
    private DateTimeOffset _made;

    /// <summary>The descriptor with its signature.</summary>
    public byte[] Signed
    {
        get
        {
            Refresh();
            return _signed;
        }
    }

    /// <summary>The sequence of what is published now.</summary>
    public long Sequence
    {
        get
        {
            Refresh();
            return _sequence;
        }
    }

    private void Refresh()
    {
        lock (_lock)
        {
            var (now, last) = (time.GetUtcNow(), Math.Max(_sequence, LastSequence()));
            if (_signed.Length != 0 && last == _sequence && (now - _made).Duration() < ServerLimits.DescriptorRenewal)
            {
                return;
            }

            var sequence = Math.Max(now.ToUnixTimeMilliseconds(), last + 1);
            var signed = SignedDescriptor.Sign(describe(now, sequence), key, random);
            if (file is not null)
            {
                DataFolder.Write(file, BitConverter.GetBytes(sequence));
            }

            (_signed, _sequence, _made) = (signed, sequence, now);
        }
    }

    private long LastSequence() =>
        file is not null && File.Exists(file) && File.ReadAllBytes(file) is { Length: sizeof(long) } bytes
            ? BitConverter.ToInt64(bytes)
            : 0;
}
