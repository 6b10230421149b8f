using Fluister.Protocol.Keys;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire;
using Fluister.Wire.Descriptors;

namespace Fluister.Server.Federation;

/// <content>What changes the table; the functions that take a session work within somebody's transaction.</content>
internal sealed partial class PeerBook
{
    /// <summary>Adds a peer whose descriptor was checked.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="genesis">Its first identity key.</param>
    /// <param name="domain">Its domain, which no other peer has.</param>
    /// <param name="signed">Its descriptor.</param>
    /// <param name="state">What it may do.</param>
    /// <param name="now">The time.</param>
    public static void Insert(
        SqliteSession session, PublicKey genesis, string domain, ReadOnlySpan<byte> signed, PeerState state, DateTimeOffset now) =>
        session.Run(
            """
            INSERT INTO peer (tag, domain, state, genesis, descriptor, added, settled, highest) SELECT ?1, ?2, ?3, ?4, ?5, ?6,
                COALESCE(MAX(settled), 0), COALESCE(MAX(highest), 0) FROM gone_peer WHERE tag = ?1
            """,
            (long)ServerTag.Of(genesis).Value,
            domain,
            (int)state,
            genesis.Serialized.ToArray(),
            signed.ToArray(),
            now.ToUnixTimeMilliseconds());

    /// <summary>Keeps a peer's later descriptor, which was checked, with the domain that it names.</summary>
    public static void Update(SqliteSession session, ServerTag tag, DescriptorJson said, ReadOnlySpan<byte> signed) =>
        session.Run("UPDATE peer SET domain = ?2, descriptor = ?3 WHERE tag = ?1", (long)tag.Value, said.Domain, signed.ToArray());

    /// <summary>Lets a peer do more, or less; what waits for one that is blocked goes. Of one that was blocked nobody has heard how its
    /// accounts changed, nor it of ours: those are asked for anew, and it is told.</summary>
    public static void SetState(SqliteSession session, ServerTag tag, PeerState state)
    {
        var value = (long)tag.Value;
        if (state != PeerState.Block
            && session.First("SELECT 1 FROM peer WHERE tag = ?1 AND state = 0", row => row.GetInt32(0), value) == 1)
        {
            session.Run("DELETE FROM remote_account WHERE peer = ?1", value);
            session.Run(
                """
                INSERT INTO changed_account SELECT aci FROM account_follower
                WHERE peer = ?1 AND aci NOT IN (SELECT aci FROM changed_account)
                """,
                value);
        }

        session.Run("UPDATE peer SET state = ?2 WHERE tag = ?1", value, (int)state);
    }

    /// <summary>Forgets a peer, with all that waits for it and that was known of its accounts; but up to where its items were taken.
    /// </summary>
    public static void Delete(SqliteSession session, ServerTag tag) => session.Run("DELETE FROM peer WHERE tag = ?1", (long)tag.Value);

    /// <summary>Adds a peer.</summary>
    public Task AddAsync(PublicKey genesis, string domain, ReadOnlyMemory<byte> signed, PeerState state, DateTimeOffset now) =>
        ChangeAsync(session => Insert(session, genesis, domain, signed.Span, state, now));

    /// <summary>Keeps a peer's later descriptor.</summary>
    public Task UpdateAsync(ServerTag tag, DescriptorJson said, ReadOnlyMemory<byte> signed) =>
        ChangeAsync(session => Update(session, tag, said, signed.Span));

    /// <summary>Lets a peer do more, or less.</summary>
    public Task SetStateAsync(ServerTag tag, PeerState state) => ChangeAsync(session => SetState(session, tag, state));

    /// <summary>Notes that a peer was heard of, for the operator's list: to the minute, so that not every request writes.</summary>
    public void Hear(Peer peer, DateTimeOffset now)
    {
        var before = _noted.GetValueOrDefault(peer.Tag);
        Note(peer.Tag, before, before with { Heard = now }, now);
    }

    /// <summary>Notes why a peer did not answer, or that it did.</summary>
    public void Note(Peer peer, PeerException? failed, DateTimeOffset now)
    {
        var before = _noted.GetValueOrDefault(peer.Tag);
        var heard = failed is { Error: not (PeerError.Busy or PeerError.Refused) } ? before.Heard : now;
        Note(peer.Tag, before, before with { Heard = heard, Error = failed?.Message, IsAsked = true }, now);
    }

    // Nobody waits for it, and what is skipped comes with the next.
    private void Note(ServerTag tag, Noted before, Noted after, DateTimeOffset now)
    {
        var isNews = after.Error != before.Error || after.IsAsked != before.IsAsked || after.Heard - before.Heard >= ServerLimits.HeardStep;
        if (!isNews || now - before.Written < ServerLimits.NoteStep)
        {
            return;
        }

        _noted[tag] = after with { Written = now };
        var (heard, isAsked, error) = (Math.Max(0, after.Heard.ToUnixTimeMilliseconds()), after.IsAsked, after.Error);
        _ = _database.WriteAsync(session => session.Run(
            "UPDATE peer SET heard = MAX(heard, ?2), error = CASE WHEN ?3 THEN ?4 ELSE error END WHERE tag = ?1",
            (long)tag.Value, heard, isAsked, error));
    }

    private async Task ChangeAsync(Action<SqliteSession> change)
    {
        await _database.WriteAsync(session =>
        {
            change(session);
            return true;
        }).ConfigureAwait(false);
        Forget();
    }

    // What was written of a peer last, and when; whether it was ever asked says whether it is known that there is no error.
    private readonly record struct Noted(DateTimeOffset Heard, string? Error, bool IsAsked, DateTimeOffset Written);
}
