using System.Text.Json;
using Fluister.Archive.Conversations;
using Fluister.SqlCipher;

namespace Fluister.Archive.SignalDesktop;

/// <summary>A row of the table conversations, columns and JSON together.</summary>
internal sealed class ConversationRecord
{
    public required string Id { get; init; }

    public bool IsGroup { get; private set; }

    public string? Name { get; private set; }

    public string? ServiceId { get; private set; }

    public string? Pni { get; private set; }

    public string? Number { get; private set; }

    public string? GroupId { get; private set; }

    public long? ActiveAt { get; private set; }

    public bool IsArchived { get; private set; }

    public long ExpireTimer { get; private set; }

    public Attachment? Avatar { get; private set; }

    /// <summary>Conversation ids, service ids or numbers, whichever the generation had.</summary>
    public List<string> Members { get; } = [];

    /// <summary>Nickname, contact name, profile name, number or username, in Signal's order.</summary>
    public string? PersonName => FirstFilled(Join(_nicknameGivenName, _nicknameFamilyName), Name, Join(_systemGivenName, _systemFamilyName),
        _profileFullName, Join(_profileName, _profileFamilyName), Number, _username);

    private string? _nicknameGivenName;
    private string? _nicknameFamilyName;
    private string? _systemGivenName;
    private string? _systemFamilyName;
    private string? _profileName;
    private string? _profileFamilyName;
    private string? _profileFullName;
    private string? _username;

    /// <summary>All rows; one that cannot be parsed keeps what its columns say.</summary>
    public static List<ConversationRecord> Read(CipherDatabase database, Schema schema)
    {
        string Column(params ReadOnlySpan<string> names) => schema.Column("conversations", names);
        var records = new List<ConversationRecord>();
        if (!schema.Has("conversations"))
        {
            return records;
        }

        using var rows = database.Prepare($"SELECT id, type, {Column("name")}, {Column("profileName")}, {Column("profileFamilyName")}, "
            + $"{Column("profileFullName")}, {Column("e164")}, {Column("serviceId", "uuid")}, {Column("groupId")}, {Column("members")}, "
            + $"{Column("active_at")}, json FROM conversations");
        while (rows.Step())
        {
            var record = new ConversationRecord
            {
                Id = rows.Text(0) ?? "",
                IsGroup = rows.Text(1) == "group",
                Name = rows.Text(2),
                _profileName = rows.Text(3),
                _profileFamilyName = rows.Text(4),
                _profileFullName = rows.Text(5),
                Number = rows.Text(6),
                ServiceId = rows.Text(7),
                GroupId = rows.Text(8),
                ActiveAt = rows.IsNull(10) ? null : rows.Int64(10),
            };
            record.ReadJson(rows.Utf8(11));
            if (record.Members.Count == 0 && rows.Text(9) is { } members)
            {
                record.Members.AddRange(members.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            }

            // Before generation 20 a person's conversation id was the number, without its plus sign.
            if (!record.IsGroup && record.Number is null && record.ServiceId is null
                && record.Id.Length > 4 && record.Id.All(char.IsAsciiDigit))
            {
                record.Number = "+" + record.Id;
            }

            records.Add(record);
        }

        return records;
    }

    /// <summary>One property of a small record; null where it is not there or not a string.</summary>
    public static string? TextProperty(ReadOnlySpan<byte> json, Field wanted)
    {
        try
        {
            var reader = Json.Reader(json);
            string? text = null;
            if (reader.Read() && Json.Object(ref reader))
            {
                while (Json.Property(ref reader, out var field))
                {
                    if (field == wanted)
                    {
                        text = Json.Text(ref reader);
                    }
                    else
                    {
                        reader.Skip();
                    }
                }
            }

            return text;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Join(string? given, string? family) =>
        string.IsNullOrWhiteSpace(given) ? Blank(family) : string.IsNullOrWhiteSpace(family) ? given : $"{given} {family}";

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private static string? FirstFilled(params ReadOnlySpan<string?> candidates)
    {
        foreach (var candidate in candidates)
        {
            if (!string.IsNullOrWhiteSpace(candidate))
            {
                return candidate.Trim();
            }
        }

        return null;
    }

    /// <summary>Adds what the JSON says where the columns said nothing; a conversation is not lost for broken JSON.</summary>
    public void ReadJson(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = Json.Reader(json);
            if (json.IsEmpty || !reader.Read() || !Json.Object(ref reader))
            {
                return;
            }

            while (Json.Property(ref reader, out var field))
            {
                ReadProperty(ref reader, field);
            }
        }
        catch (JsonException)
        {
            // What was read stays.
        }
    }

    private void ReadProperty(ref Utf8JsonReader reader, Field field)
    {
        switch (field)
        {
            case Field.Name: Name ??= Json.Text(ref reader); break;
            case Field.ProfileName: _profileName ??= Json.Text(ref reader); break;
            case Field.ProfileFamilyName: _profileFamilyName ??= Json.Text(ref reader); break;
            case Field.NicknameGivenName: _nicknameGivenName = Json.Text(ref reader); break;
            case Field.NicknameFamilyName: _nicknameFamilyName = Json.Text(ref reader); break;
            case Field.SystemGivenName: _systemGivenName = Json.Text(ref reader); break;
            case Field.SystemFamilyName: _systemFamilyName = Json.Text(ref reader); break;
            case Field.Username: _username = Json.Text(ref reader); break;
            case Field.E164: Number ??= Json.Text(ref reader); break;
            case Field.ServiceId or Field.Uuid: ServiceId ??= Json.Text(ref reader); break;
            case Field.Pni: Pni = Json.Text(ref reader); break;
            case Field.ActiveAt: ActiveAt ??= Json.Number(ref reader); break;
            case Field.IsArchived: IsArchived = Json.Flag(ref reader); break;
            case Field.ExpireTimer: ExpireTimer = Json.Number(ref reader) ?? 0; break;
            case Field.Avatar or Field.ProfileAvatar: Avatar ??= AttachmentRecord.Read(ref reader)?.ToAttachment(); break;
            case Field.MembersV2: ReadMembers(ref reader); break;
            default: reader.Skip(); break;
        }
    }

    private void ReadMembers(ref Utf8JsonReader reader)
    {
        if (!Json.Array(ref reader))
        {
            return;
        }

        while (Json.Element(ref reader))
        {
            if (!Json.Object(ref reader))
            {
                continue;
            }

            string? member = null;
            while (Json.Property(ref reader, out var field))
            {
                if (field is Field.Aci or Field.Uuid or Field.ServiceId)
                {
                    member = Json.Text(ref reader) ?? member;
                }
                else
                {
                    reader.Skip();
                }
            }

            if (member is not null)
            {
                Members.Add(member);
            }
        }
    }
}
