using Fluister.Protocol.Keys;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire;
using Fluister.Wire.Descriptors;

namespace Fluister.Server.Federation;

/// <summary>A peer as the operator sees it.</summary>
/// <param name="Domain">Its domain.</param>
/// <param name="Tag">Its tag.</param>
/// <param name="State">What the operator lets it do.</param>
/// <param name="Waiting">How many items wait for it.</param>
/// <param name="Since">Since when the first of them does.</param>
/// <param name="Heard">When it was last heard of, to the minute; never where there is none.</param>
/// <param name="Lost">How often it was seen to have forgotten, or to know of what was lost here.</param>
/// <param name="Expired">Items that it did not get in time.</param>
/// <param name="Refused">Items that it did not take.</param>
/// <param name="Error">Why the last request to it failed; none where it did not.</param>
/// <param name="Genesis">Its first identity key, 33 bytes.</param>
/// <param name="Signed">Its descriptor, signed.</param>
internal sealed record ListedPeer(
    string Domain,
    ServerTag Tag,
    PeerState State,
    long Waiting,
    DateTimeOffset? Since,
    DateTimeOffset? Heard,
    long Lost,
    long Expired,
    long Refused,
    string? Error,
    byte[] Genesis,
    byte[] Signed)
{
    /// <summary>Why it is held back for its build, though the operator would let it; none where it is not.</summary>
    public string? Unattested(Rebuilders rebuilders, DateTimeOffset now) =>
        State >= PeerState.Limit && SignedDescriptor.Read(Signed, PublicKey.Read(Genesis)) is { } said
            ? rebuilders.Explain(said, now)
            : null;

    /// <summary>All peers, by domain.</summary>
    public static List<ListedPeer> All(SqliteDatabase database) => database.Read(session => session.Query(
        """
        SELECT domain, tag, state, COUNT(number), MIN(number), heard, lost, expired, refused, error, genesis, descriptor
        FROM peer LEFT JOIN outbox ON outbox.peer = peer.tag GROUP BY tag ORDER BY domain
        """,
        row => new ListedPeer(
            row.GetString(0),
            new ServerTag((ulong)row.GetInt64(1)),
            (PeerState)row.GetInt32(2),
            row.GetInt64(3),
            row.IsDBNull(4) ? null : Numbers.Time(row.GetInt64(4)),
            row.GetInt64(5) is > 0 and var heard ? DateTimeOffset.FromUnixTimeMilliseconds(heard) : null,
            row.GetInt64(6),
            row.GetInt64(7),
            row.GetInt64(8),
            row.IsDBNull(9) ? null : row.GetString(9),
            (byte[])row[10],
            (byte[])row[11])));
}
