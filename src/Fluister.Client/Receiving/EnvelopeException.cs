using Fluister.Protocol.Addresses;

namespace Fluister.Client.Receiving;

/// <summary>An envelope is refused.</summary>
/// <remarks>The message says why, without content, ids or keys.</remarks>
internal sealed class EnvelopeException(string cause, Exception? inner = null) : Exception(cause, inner)
{
    /// <summary>Who sent it, as far as is known.</summary>
    public ServiceId? Sender { get; init; }

    /// <summary>With which device; 0 where it is not known.</summary>
    public int Device { get; init; }

    /// <summary>No trust root that is known stands behind its sender's certificate: perhaps the home server names another since.</summary>
    public bool IsOfUnknownRoot { get; init; }
}
