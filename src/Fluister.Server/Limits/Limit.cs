namespace Fluister.Server.Limits;

/// <summary>How often something may be done: so many times at once, and one more after each interval.</summary>
/// <param name="Name">What is limited; the buckets of two limits never mix.</param>
/// <param name="Burst">Most at once.</param>
/// <param name="Refill">After how long one more is allowed.</param>
internal sealed record Limit(string Name, int Burst, TimeSpan Refill);
