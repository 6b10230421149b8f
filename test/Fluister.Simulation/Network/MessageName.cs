using System.Globalization;

namespace Fluister.Simulation.Network;

/// <summary>A message of the run, written "12.1:45": the device that wrote it, and its place among that device's messages.</summary>
internal readonly record struct MessageName(MemberName From, int Number)
{
    /// <summary>Reads one; false where the text is none.</summary>
    public static bool TryParse(string text, out MessageName name)
    {
        name = default;
        var (dot, colon) = (text.IndexOf('.', StringComparison.Ordinal), text.IndexOf(':', StringComparison.Ordinal));
        if (dot < 0 || colon < dot
            || !int.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var account)
            || !int.TryParse(text.AsSpan(dot + 1, colon - dot - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var device)
            || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        name = new MessageName(new MemberName(account, device), number);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{From}:{Number}");
}
