using Fluister.Server.Stores.Sqlite;

namespace Fluister.Server.Invites;

/// <summary>Invites: without one nobody registers.</summary>
internal sealed class InviteStore(SqliteDatabase database)
{
    /// <summary>Adds an invite.</summary>
    public Task<bool> AddAsync(Invite invite) => database.WriteAsync(session => session.Run(
        "INSERT INTO invite (token, code, uses_left, expires, created) VALUES (?1, ?2, ?3, ?4, ?5)",
        invite.Token,
        invite.Code,
        invite.UsesLeft,
        invite.Expires.ToUnixTimeMilliseconds(),
        invite.Created.ToUnixTimeMilliseconds()) == 1);

    /// <summary>An invite that is good at a time, or none.</summary>
    public Invite? Find(byte[] token, DateTimeOffset now) => database.Read(session => session.First(
        "SELECT code, uses_left, expires, created FROM invite WHERE token = ?1 AND revoked = 0 AND uses_left > 0 AND expires > ?2",
        row => new Invite(
            token,
            row.GetString(0),
            row.GetInt32(1),
            DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2)),
            DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3))),
        token,
        now.ToUnixTimeMilliseconds()));

    /// <summary>The code that came with an invite, which may be used up or have expired; or none.</summary>
    public string? Code(byte[] token) => database.Read(session => session.First(
        "SELECT code FROM invite WHERE token = ?1 AND revoked = 0", row => row.GetString(0), token));

    /// <summary>All invites, the newest first.</summary>
    public List<ListedInvite> List() => database.Read(session => session.Query(
        "SELECT token, code, uses_left, expires, created, revoked FROM invite ORDER BY created DESC, token",
        row => new ListedInvite(
            new Invite(
                (byte[])row[0],
                row.GetString(1),
                row.GetInt32(2),
                DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3)),
                DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(4))),
            row.GetBoolean(5))));

    /// <summary>Revokes an invite; false where there is none.</summary>
    public Task<bool> RevokeAsync(byte[] token) =>
        database.WriteAsync(session => session.Run("UPDATE invite SET revoked = 1 WHERE token = ?1", token) == 1);

    /// <summary>Uses an invite up by one; false where it is used up, expired or revoked. Within somebody's transaction.</summary>
    public static bool Use(SqliteSession session, byte[] token, DateTimeOffset now) => session.Run(
        "UPDATE invite SET uses_left = uses_left - 1 WHERE token = ?1 AND revoked = 0 AND uses_left > 0 AND expires > ?2",
        token,
        now.ToUnixTimeMilliseconds()) == 1;
}
