namespace Fluister.NotForking.Rebuild.Twins;

/// <summary>Something in which two surroundings differ, or why they do not.</summary>
/// <param name="Name">What it is.</param>
/// <param name="First">In the one.</param>
/// <param name="Second">In the other; null where it could not be varied.</param>
/// <param name="Reason">Why it could not.</param>
internal sealed record Variation(string Name, string First, string? Second, string? Reason = null)
{
    /// <inheritdoc/>
    public override string ToString() => Second is null ? $"not varied: {Name}: {Reason}" : $"varied: {Name}: {First} | {Second}";
}
