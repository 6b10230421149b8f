using Fluister.Protocol.Addresses;
using Fluister.Server.PreKeys;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;

namespace Fluister.Server.Federation;

/// <summary>Keys that peers claim, in the table claim for a while: the same claim gets the same keys, so that an answer that was lost
/// costs no second one-time key.</summary>
internal sealed class ClaimBook(SqliteDatabase database, Followers followers, TimeProvider time)
{
    // The writer's thread alone has it.
    private int _untrimmed;

    /// <summary>What a claim was answered with, or none.</summary>
    public ClaimResponse? Find(ServerTag peer, byte[] claim) => database.Read(session => Find(session, peer, claim));

    /// <summary>Takes keys, unless the same claim has taken some before; the peer hears of changes of the account from then on.</summary>
    /// <param name="peer">Who claims.</param>
    /// <param name="claim">By which id.</param>
    /// <param name="aci">Whose.</param>
    /// <param name="device">Of which device; 0 for all.</param>
    public Task<ClaimResponse> TakeAsync(ServerTag peer, byte[] claim, Guid aci, int device) => database.WriteAsync(session =>
        Find(session, peer, claim) ?? Take(session, peer, claim, aci, device));

    /// <summary>Deletes what is too old.</summary>
    public Task<int> PurgeAsync() => database.WriteAsync(session =>
        session.Run("DELETE FROM claim WHERE expires <= ?1", time.GetUtcNow().ToUnixTimeMilliseconds()));

    private static ClaimResponse? Find(SqliteSession session, ServerTag peer, byte[] claim) => session.First(
        "SELECT answer FROM claim WHERE peer = ?1 AND id = ?2",
        row => ClaimResponse.Parser.ParseFrom((byte[])row[0]),
        (long)peer.Value,
        claim);

    private static ClaimResponse.Types.Key Write(PublishedKey key) => new()
    {
        Id = key.Id,
        Public = ByteString.CopyFrom(key.Public),
        Signature = ByteString.CopyFrom(key.Signature ?? []),
    };

    private ClaimResponse Take(SqliteSession session, ServerTag peer, byte[] claim, Guid aci, int device)
    {
        if (followers.Describe(session, aci) is not { Devices.Count: > 0 } list)
        {
            return new ClaimResponse { Found = Found.Nobody };
        }

        Followers.Follow(session, peer, aci);
        var answer = new ClaimResponse { List = list };
        var wanted = list.Devices.Where(candidate => device == 0 || candidate.Id == device).ToList();
        var taken = PreKeyStore.Take(session, aci, ServiceIdKind.Aci, [.. wanted.Select(candidate => (int)candidate.Id)]);
        answer.Devices.AddRange(wanted.Where(candidate => taken.ContainsKey((int)candidate.Id)).Select(candidate =>
        {
            var keys = taken[(int)candidate.Id];
            return new ClaimResponse.Types.DeviceKeys
            {
                Device = candidate.Id,
                RegistrationId = candidate.RegistrationId,
                Signed = Write(keys.Signed),
                Kem = Write(keys.Kem),
                OneTime = keys.OneTime is { } oneTime ? Write(oneTime) : null,
            };
        }));
        if (answer.Devices.Count > 0)
        {
            Keep(session, peer, claim, answer);
        }

        return answer;
    }

    private void Keep(SqliteSession session, ServerTag peer, byte[] claim, ClaimResponse answer)
    {
        session.Run(
            "INSERT INTO claim (peer, id, answer, expires) SELECT tag, ?2, ?3, ?4 FROM peer WHERE tag = ?1",
            (long)peer.Value,
            claim,
            answer.ToByteArray(),
            (time.GetUtcNow() + ServerLimits.ClaimAge).ToUnixTimeMilliseconds());
        if (++_untrimmed >= ServerLimits.ClaimsUntrimmed)
        {
            _untrimmed = 0;
            session.Run(
                """
                DELETE FROM claim WHERE peer = ?1
                    AND expires < (SELECT expires FROM claim WHERE peer = ?1 ORDER BY expires DESC LIMIT 1 OFFSET ?2)
                """,
                (long)peer.Value,
                ServerLimits.Claims);
        }
    }
}
