using Fluister.Protocol.Keys;
using Fluister.Wire;
using Fluister.Wire.Descriptors;

namespace Fluister.Server.Federation;

/// <summary>Another home server, which the operator knows.</summary>
internal sealed record Peer
{
    /// <summary>Names it in every id that it mints.</summary>
    public required ServerTag Tag { get; init; }

    /// <summary>Its first identity key, whose hash is the tag.</summary>
    public required PublicKey Genesis { get; init; }

    /// <summary>The key that it signs with now.</summary>
    public required PublicKey Key { get; init; }

    /// <summary>What the operator lets it do.</summary>
    public required PeerState State { get; init; }

    /// <summary>What it says of itself.</summary>
    public required DescriptorJson Said { get; init; }

    /// <summary>The same, as it was signed.</summary>
    public ReadOnlyMemory<byte> Signed { get; init; }

    /// <summary>Whether the settings keep it out for its country, whatever the operator said of it.</summary>
    public bool IsForeign { get; init; }

    /// <summary>Until when as many rebuilders attest its build as the settings ask for; for ever where they ask for none.</summary>
    public DateTimeOffset AttestedUntil { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>Whether nothing crosses, though the operator would let it, because too few rebuilders attest its build.</summary>
    public bool IsUnattested { get; init; }

    /// <summary>Where it is asked: https://HOST:PORT</summary>
    public Uri Url => new(DescriptorCheck.Url(Said));

    /// <summary>Whether its descriptor has expired: then it may have another key by now, so that nobody is believed to be it before its
    /// descriptor was fetched again.</summary>
    public bool IsExpired(DateTimeOffset now) => Said.Expires < now.ToUnixTimeMilliseconds();

    /// <summary>Whether anything crosses now.</summary>
    public bool IsOpen => State >= PeerState.Limit;

    /// <summary>Whether what is for it is kept, to cross now or later.</summary>
    public bool IsKept => State >= PeerState.Quarantine;
}
