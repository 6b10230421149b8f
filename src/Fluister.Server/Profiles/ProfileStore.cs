using Fluister.Server.Accounts;
using Fluister.Server.Stores.Sqlite;

namespace Fluister.Server.Profiles;

/// <summary>Profiles: the newest <see cref="ServerLimits.ProfileVersions"/> versions of each account.</summary>
internal sealed class ProfileStore(SqliteDatabase database)
{
    /// <summary>Writes a version; it is the newest then.</summary>
    /// <param name="aci">Whose.</param>
    /// <param name="profile">The version.</param>
    /// <param name="keepsAvatar">Its avatar is the one that this version had before.</param>
    public Task<bool> SetAsync(Guid aci, Profile profile, bool keepsAvatar) => database.WriteAsync(session =>
    {
        var avatar = keepsAvatar
            ? session.First(
                "SELECT avatar FROM profile WHERE aci = ?1 AND version = ?2",
                row => row.IsDBNull(0) ? null : row.GetString(0),
                AccountStore.Bytes(aci),
                profile.Version)
            : profile.Avatar;
        session.Run("DELETE FROM profile WHERE aci = ?1 AND version = ?2", AccountStore.Bytes(aci), profile.Version);
        session.Run(
            """
            INSERT INTO profile (aci, version, commitment, name, about, about_emoji, avatar, payment_address, phone_number_sharing)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """,
            AccountStore.Bytes(aci),
            profile.Version,
            profile.Commitment,
            profile.Name,
            profile.About,
            profile.AboutEmoji,
            avatar,
            profile.PaymentAddress,
            profile.PhoneNumberSharing);
        session.Run(
            "DELETE FROM profile WHERE aci = ?1 AND seq NOT IN (SELECT seq FROM profile WHERE aci = ?1 ORDER BY seq DESC LIMIT ?2)",
            AccountStore.Bytes(aci),
            ServerLimits.ProfileVersions);
        return true;
    });

    /// <summary>Deletes all versions of an account; within somebody's transaction.</summary>
    public static void Delete(SqliteSession session, Guid aci) =>
        session.Run("DELETE FROM profile WHERE aci = ?1", AccountStore.Bytes(aci));

    /// <summary>A version, or none; and whether it is the newest.</summary>
    public (Profile Profile, bool IsNewest)? Find(Guid aci, string version) => database.Read(session => session.First(
        """
        SELECT commitment, name, about, about_emoji, avatar, payment_address, phone_number_sharing,
            seq = (SELECT MAX(seq) FROM profile WHERE aci = ?1)
        FROM profile WHERE aci = ?1 AND version = ?2
        """,
        row => ((Profile, bool)?)(
            new Profile
            {
                Version = version,
                Commitment = (byte[])row[0],
                Name = Blob(row[1]),
                About = Blob(row[2]),
                AboutEmoji = Blob(row[3]),
                Avatar = row.IsDBNull(4) ? null : row.GetString(4),
                PaymentAddress = Blob(row[5]),
                PhoneNumberSharing = Blob(row[6]),
            },
            row.GetBoolean(7)),
        AccountStore.Bytes(aci),
        version));

    private static byte[]? Blob(object value) => value as byte[];
}
