namespace Fluister.Client.Transport;

/// <summary>What the home server said to a message.</summary>
internal abstract record SendAnswer
{
    /// <summary>It was taken.</summary>
    /// <param name="NeedsSync">The sender has other devices, which should be told of it; false for what was sent sealed.</param>
    internal sealed record Taken(bool NeedsSync = false) : SendAnswer;

    /// <summary>409: devices are missing, or there are too many.</summary>
    internal sealed record Mismatched(IReadOnlyList<int> Missing, IReadOnlyList<int> Extra) : SendAnswer;

    /// <summary>410: devices were registered anew.</summary>
    internal sealed record Stale(IReadOnlyList<int> Devices) : SendAnswer;

    /// <summary>404: there is no such account.</summary>
    internal sealed record Unregistered : SendAnswer;

    /// <summary>401 of a sealed message: not the access key.</summary>
    internal sealed record AccessDenied : SendAnswer;
}
