namespace Fluister.Benchmarks.Timing;

/// <summary>An operation whose time shall not tell two classes of inputs apart.</summary>
internal abstract class TimingSubject
{
    /// <summary>Its name.</summary>
    public abstract string Name { get; }

    /// <summary>What the classes are: that of class 0, then that of class 1.</summary>
    public abstract string Classes { get; }

    /// <summary>Bytes of an input.</summary>
    public abstract int InputBytes { get; }

    /// <summary>Whether it must be found to leak, else the measurement is worth nothing.</summary>
    public virtual bool IsControl => false;

    /// <summary>Makes an input of a class, long before it is used.</summary>
    public abstract void Prepare(int @class, Random random, Span<byte> input);

    /// <summary>Brings an input to the one place from which it is used, before the clock starts; the same steps for both classes.</summary>
    public abstract void Load(ReadOnlySpan<byte> input);

    /// <summary>The operation, measured.</summary>
    public abstract void Run();
}
