using System.Globalization;

namespace Fluister.Simulation.Network;

/// <summary>A device of an account in the network, written "12.1": the account's number in the run, and the device's at its
/// server.</summary>
internal readonly record struct MemberName(int Account, int Device)
{
    /// <summary>Reads one.</summary>
    public static MemberName Parse(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return new MemberName(
            int.Parse(text.AsSpan(0, dot), CultureInfo.InvariantCulture), int.Parse(text.AsSpan(dot + 1), CultureInfo.InvariantCulture));
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Account}.{Device}");
}
