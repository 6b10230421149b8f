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

    /// <summary>Where it is asked: https://HOST:PORT</summary>
    public Uri Url => new(Said.Federation?.Url ?? Said.Urls.Chat);

    /// <summary>Whether anything crosses now.</summary>
    public bool IsOpen => State >= PeerState.Limit;

    /// <summary>Whether what is for it is kept, to cross now or later.</summary>
    public bool IsKept => State >= PeerState.Quarantine;
}
