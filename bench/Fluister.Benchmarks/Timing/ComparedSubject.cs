namespace Fluister.Benchmarks.Timing;

/// <summary>A comparison of two places: what they hold is equal, or differs in the first byte.</summary>
internal sealed class ComparedSubject(
    string name, bool isControl, ComparedSubject.Place one, ComparedSubject.Place other, Func<bool> compare) : TimingSubject
{
    /// <summary>Bytes of each place.</summary>
    public const int Bytes = 4096;

    private int _equal;

    /// <summary>Where bytes to compare lie.</summary>
    public delegate Span<byte> Place();

    public override string Name => name;

    public override string Classes => "first byte differs | equal";

    public override int InputBytes => 2 * Bytes;

    public override bool IsControl => isControl;

    public override void Prepare(int @class, Random random, Span<byte> input)
    {
        random.NextBytes(input[..Bytes]);
        input[..Bytes].CopyTo(input[Bytes..]);
        input[Bytes] ^= (byte)(1 - @class);
    }

    public override void Load(ReadOnlySpan<byte> input)
    {
        input[..Bytes].CopyTo(one());
        input[Bytes..].CopyTo(other());
    }

    public override void Run() => _equal += compare() ? 1 : 0;
}
