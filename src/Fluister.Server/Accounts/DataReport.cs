using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Fluister.Server.Attachments;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire.Json;

namespace Fluister.Server.Accounts;

/// <summary>Everything that this server holds of an account, for the person whose it is (GDPR, article 15), in JSON and in words.</summary>
/// <remarks>Of attachments it has sizes and dates: their keys open nothing for who can read them, but whoever learns one may download.
/// </remarks>
internal sealed class DataReport(SqliteDatabase database, ServerClock clock)
{
    private const string StorageBytes =
        """
        SELECT IFNULL((SELECT SUM(LENGTH(key) + LENGTH(value)) FROM storage_item WHERE aci = ?1), 0)
            + IFNULL((SELECT LENGTH(value) FROM storage_manifest WHERE aci = ?1), 0)
        """;

    private const string Instant = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>The report.</summary>
    public DataReportJson Of(Account account)
    {
        var now = clock.Now.ToString(Instant, CultureInfo.InvariantCulture);
        var id = clock.NewGuid();
        var aci = AccountStore.Bytes(account.Aci);
        var data = database.Read(session => new DataReportBodyJson(
            new AccountReportJson
            {
                AccountId = account.Aci,
                NumberId = account.Pni,
                PhoneNumber = account.Number,
                AllowSealedSenderFromAnyone = account.IsUnrestricted,
                FindAccountByPhoneNumber = account.IsDiscoverable,
                UsernameHash = account.UsernameHash is { } hash ? Base64Url.EncodeToString(hash) : null,
                UsernameLinkHandle = account.UsernameLink,
                HasRegistrationLock = account.RegistrationLock is not null,
                HasRecoveryPassword = account.RecoveryPassword is not null,
                KnownToServers = session.Query(
                    "SELECT domain FROM account_follower JOIN peer ON tag = peer WHERE aci = ?1 ORDER BY domain",
                    row => row.GetString(0),
                    aci),
                EncryptedProfileVersions = Count(session, "SELECT COUNT(*) FROM profile WHERE aci = ?1", aci),
                WaitingMessages = Count(
                    session, "SELECT COUNT(*) FROM letter WHERE mailbox IN (SELECT id FROM mailbox WHERE aci = ?1)", aci),
                Avatars = Count(session, "SELECT COUNT(avatar) FROM profile WHERE aci = ?1", aci),
                FormerUsernames = Count(session, "SELECT COUNT(*) FROM username_hold WHERE aci = ?1", aci),
                HasCredentialSalt = account.CredentialSalt is not null,
                RedeemedReceipts = Count(session, "SELECT COUNT(*) FROM redeemed_receipt WHERE aci = ?1", aci),
                ReportsMade = Count(session, "SELECT COUNT(*) FROM report WHERE reporter = ?1", aci),
                ReportsAbout = Count(session, "SELECT COUNT(*) FROM report WHERE source = ?1", aci),
                StorageItems = Count(session, "SELECT COUNT(*) FROM storage_item WHERE aci = ?1", aci),
                StorageBytes = Count(session, StorageBytes, aci),
            },
            [.. account.Devices.Select(device => new DeviceReportJson(
                device.Id,
                device.Created.ToString(Instant, CultureInfo.InvariantCulture),
                device.LastSeenDay.ToString(Instant, CultureInfo.InvariantCulture),
                device.Name is not null,
                device.Capabilities,
                Count(session, "SELECT COUNT(*) FROM pre_key WHERE aci = ?1 AND device = ?2 AND kind IN (0, 2)", aci, device.Id)))],
            [.. AttachmentStore.Of(session, account.Aci).Select(attachment => new AttachmentReportJson(
                attachment.Created.ToString(Instant, CultureInfo.InvariantCulture),
                attachment.Expires.ToString(Instant, CultureInfo.InvariantCulture),
                attachment.Length,
                attachment.Hash is not null))]));
        return new DataReportJson(id, now, data, Text(id, now, data));
    }

    private static int Count(SqliteSession session, string sql, params ReadOnlySpan<object?> values) =>
        session.First(sql, row => row.GetInt32(0), values);

    private static string Text(Guid id, string now, DataReportBodyJson data)
    {
        var (account, text) = (data.Account, new StringBuilder());
        Line("Report ID", id);
        Line("Report timestamp", now);
        text.Append("\n# Account\n");
        Line("Account ID", account.AccountId);
        Line("Phone number", account.PhoneNumber ?? "none");
        Line("Phone number ID", account.NumberId?.ToString() ?? "none");
        Line("Find account by phone number", account.FindAccountByPhoneNumber);
        Line("Allow sealed sender from anyone", account.AllowSealedSenderFromAnyone);
        Line("Username hash", account.UsernameHash ?? "none");
        Line("Username link", account.UsernameLinkHandle?.ToString() ?? "none");
        Line("Registration lock", account.HasRegistrationLock);
        Line("Recovery password", account.HasRecoveryPassword);
        Line("Servers that know its devices", account.KnownToServers.Count > 0 ? string.Join(", ", account.KnownToServers) : "none");
        Line("Versions of the encrypted profile", account.EncryptedProfileVersions);
        Line("Encrypted avatars", account.Avatars);
        Line("Hashes of usernames that are reserved or given up", account.FormerUsernames);
        Line("Salt that stands for a number in credentials", account.HasCredentialSalt);
        Line("Serials of redeemed receipts", account.RedeemedReceipts);
        Line("Reports of spam by this account", account.ReportsMade);
        Line("Reports of spam about this account", account.ReportsAbout);
        Line("Encrypted messages that wait", account.WaitingMessages);
        Line("Encrypted items in storage", account.StorageItems);
        Line("Bytes of storage", account.StorageBytes);
        Line("Badges", "None");
        text.Append("\n# Devices\n");
        foreach (var device in data.Devices)
        {
            Line("- ID", device.Id);
            Line("  Created", device.Created);
            Line("  Last seen (the day)", device.LastSeen);
            Line("  Encrypted name", device.HasEncryptedName);
            Line("  Capabilities", string.Join(", ", device.Capabilities));
            Line("  One-time pre-keys", device.OneTimePreKeys);
        }

        text.Append("\n# Encrypted attachments\n");
        foreach (var attachment in data.Attachments)
        {
            Line("- Upload began", attachment.Created);
            Line("  Will be deleted", attachment.Expires);
            Line("  Bytes", attachment.Bytes);
            Line("  Complete", attachment.IsComplete);
        }

        return text.ToString();

        void Line(string name, object value) =>
            text.Append(name).Append(": ").Append(Convert.ToString(value, CultureInfo.InvariantCulture)).Append('\n');
    }
}
