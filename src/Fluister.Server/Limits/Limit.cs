using System.Runtime.CompilerServices;
using Fluister.Server.Operations;

namespace Fluister.Server.Limits;

/// <summary>How often something may be done: so many times at once, and one more after each interval.</summary>
/// <param name="Name">What is limited; the buckets of two limits never mix.</param>
/// <param name="Burst">Most at once.</param>
/// <param name="Refill">After how long one more is allowed.</param>
internal sealed record Limit(string Name, int Burst, TimeSpan Refill)
{
    /// <summary>So many in a time, all of them at once if need be.</summary>
    public static Limit Per(TimeSpan time, int times, string name) => new(name, times, time / times);

    /// <summary>Registrations from one place, as many as the operator allows; 1000 seconds fill it again.</summary>
    public static Limit OfRegistrations(ServerOptions options, string name) =>
        Per(TimeSpan.FromSeconds(1000), options.RegistrationsPerAddress, name);

    /// <summary>Whether it is this very limit: it is a key in a table that every message asks, where a name would be hashed
    /// anew.</summary>
    public bool Equals(Limit? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);
}
