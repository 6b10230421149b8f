namespace Fluister.Benchmarks.Timing;

/// <summary>An operation with a secret that is fixed or random, and with bytes that are random in both classes.</summary>
internal sealed class KeyedSubject(
    string name, string classes, int secretBytes, int randomBytes, KeyedSubject.Fix fix, KeyedSubject.Operation operation) : TimingSubject
{
    private readonly byte[] _input = GC.AllocateArray<byte>(secretBytes + randomBytes, pinned: true);

    /// <summary>Writes the fixed secret.</summary>
    public delegate void Fix(Span<byte> secret);

    /// <summary>Takes the secret and the random bytes behind it.</summary>
    public delegate void Operation(ReadOnlySpan<byte> input);

    public override string Name => name;

    public override string Classes => classes;

    public override int InputBytes => secretBytes + randomBytes;

    public override void Prepare(int @class, Random random, Span<byte> input)
    {
        random.NextBytes(input);
        if (@class == 0)
        {
            fix(input[..secretBytes]);
        }
    }

    public override void Load(ReadOnlySpan<byte> input) => input.CopyTo(_input);

    public override void Run() => operation(_input);
}
