using Fluister.Server.Mailboxes;
using Fluister.Wire.Protos.Federation;

namespace Fluister.Server.Federation;

/// <summary>An item of a peer's that was looked at: what is to become of it, if nothing has changed until it is applied.</summary>
/// <param name="Item">As it came.</param>
/// <param name="Account">Whom it is about.</param>
/// <param name="Fate">What becomes of it.</param>
internal sealed record IncomingItem(Item Item, Guid Account, Outcome.Types.Kind Fate)
{
    /// <summary>Its number; 0 for what is not kept.</summary>
    public long Number => (long)Item.Number;

    /// <summary>The account that says it sends; none where nobody does.</summary>
    public Guid? Source { get; init; }

    /// <summary>For the account's devices; empty where nothing is delivered.</summary>
    public IReadOnlyList<NewLetter> Letters { get; init; } = [];

    /// <summary>What the letters share; empty for nothing.</summary>
    public ReadOnlyMemory<byte> Shared { get; init; }

    /// <summary>Whether it counts towards limits.</summary>
    public bool IsLimited => Letters.Count > 0;

    /// <summary>Whether the account is one of this server's, so that it is noted up to where it has items.</summary>
    public bool IsMarked { get; init; }

    /// <summary>Bytes of its letters.</summary>
    public long Bytes => Letters.Sum(letter => (long)letter.Envelope.Length + Shared.Length);
}
