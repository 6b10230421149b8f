using System.Text;
using Fluister.Archive.Conversations;
using Fluister.SqlCipher;

namespace Fluister.Archive.SignalDesktop;

/// <summary>Who is who: everyone in the store by conversation id, service id and number, and oneself.</summary>
internal sealed class People
{
    /// <summary>Ids that no conversation explains are remembered up to this number;
    /// hostile stores could name a new one in every row.</summary>
    private const int MaximumStrangers = 100_000;

    /// <summary>Ids, numbers and service ids are far shorter; a longer one is not remembered for a stranger, nor shown.</summary>
    private const int MaximumIdLength = 256;

    /// <summary>
    /// In UTF-16 units. A name stands in every message of its person and in every mention: a hostile store with one long name must not
    /// become a longer text than it is itself.
    /// </summary>
    private const int MaximumNameLength = 256;

    private readonly Dictionary<string, Participant> _people = new(Utf8Keys.Instance);
    private readonly Dictionary<string, Participant>.AlternateLookup<ReadOnlySpan<byte>> _byUtf8;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly HashSet<string> _odd = new(StringComparer.Ordinal);
    private int _strangers;

    private People()
    {
        _byUtf8 = _people.GetAlternateLookup<ReadOnlySpan<byte>>();
        Self = new Participant("self", "Me", IsSelf: true);
    }

    /// <summary>The owner of the store.</summary>
    public Participant Self { get; private set; }

    /// <summary>All conversations, most recently active first.</summary>
    public IReadOnlyList<Conversation> Conversations { get; private set; } = [];

    /// <summary>Ids of conversations whose messages a query by id does not all find: blobs, broken text.</summary>
    public IReadOnlySet<string> OddIds => _odd;

    /// <summary>Reads the tables items and conversations.</summary>
    public static People Read(CipherDatabase database, Schema schema, bool isSalvage)
    {
        var (selfServiceId, selfNumber) = Owner(database, schema);
        var people = Of(ConversationRecord.Read(database, schema), selfServiceId, selfNumber);
        people.Conversations = Sorted(people.Conversations.Concat(Orphans(database, schema, people, isSalvage)));
        return people;
    }

    /// <summary>Knows the people and groups of these records. Of two with one id the first counts; one without names nobody.</summary>
    public static People Of(IEnumerable<ConversationRecord> records, string? selfServiceId, string? selfNumber)
    {
        var people = new People();
        var known = records.Where(record => record.Id.Length > 0 && people._known.Add(record.Id)).ToList();
        foreach (var record in known)
        {
            people.Add(record, selfServiceId, selfNumber);
        }

        people.Remember(selfServiceId, people.Self);
        people.Remember(selfNumber, people.Self);
        people.Conversations = Sorted(known.Select(people.ToConversation));
        return people;
    }

    /// <summary>The person with this conversation id, service id or number; null for nobody,
    /// a new "Unknown" for an id not seen before.</summary>
    public Participant? Find(ReadOnlySpan<byte> id)
    {
        if (id.IsEmpty)
        {
            return null;
        }

        return _byUtf8.TryGetValue(id, out var person) ? person : Find(Encoding.UTF8.GetString(id));
    }

    /// <inheritdoc cref="Find(ReadOnlySpan{byte})"/>
    public Participant? Find(string? id)
    {
        if (string.IsNullOrEmpty(id))
        {
            return null;
        }

        // Before generation 20, numbers stand in messages.source without their plus sign.
        if (_people.TryGetValue(id, out var person) || _people.TryGetValue("+" + id, out person))
        {
            return person;
        }

        var isNumber = id[0] == '+' || id.All(char.IsAsciiDigit);
        person = new Participant(id, isNumber ? Cut(id) : "Unknown", isNumber ? null : Bounded(id), isNumber ? Bounded(id) : null);
        if (_strangers < MaximumStrangers && id.Length <= MaximumIdLength)
        {
            _strangers++;
            _people[id] = person;
        }

        return person;
    }

    private static (string? ServiceId, string? Number) Owner(CipherDatabase database, Schema schema)
    {
        string? serviceId = null;
        string? number = null;
        if (!schema.Has("items"))
        {
            return default;
        }

        using var items = database.Prepare("SELECT id, json FROM items WHERE id IN ('uuid_id', 'number_id')");
        while (items.Step())
        {
            // {"id": ..., "value": "<service id or number>.<device id>"}
            var value = ConversationRecord.TextProperty(items.Utf8(1), Field.Value);
            var dot = value?.LastIndexOf('.') ?? -1;
            var name = dot > 0 ? value![..dot] : value;
            if (items.Text(0) == "uuid_id")
            {
                serviceId = name;
            }
            else
            {
                number = name;
            }
        }

        return (serviceId, number);
    }

    private void Add(ConversationRecord record, string? selfServiceId, string? selfNumber)
    {
        if (record.IsGroup)
        {
            return;
        }

        var isSelf = (selfServiceId is not null && record.ServiceId == selfServiceId)
            || (selfNumber is not null && record.Number == selfNumber);
        var name = Cut(record.PersonName ?? (isSelf ? "Me" : "Unknown"));
        var person = new Participant(record.Id, name, Bounded(record.ServiceId), Bounded(record.Number), isSelf);
        if (isSelf)
        {
            Self = person;
        }

        Remember(record.Id, person);
        Remember(record.ServiceId, person);
        Remember(record.Pni, person);
        Remember(record.Number, person);
    }

    private void Remember(string? id, Participant person)
    {
        if (!string.IsNullOrEmpty(id))
        {
            _people[id] = person;
        }
    }

    private static string? Bounded(string? id) => id?.Length <= MaximumIdLength ? id : null;

    private static string Cut(string name)
    {
        if (name.Length <= MaximumNameLength)
        {
            return name;
        }

        var end = MaximumNameLength - 1;
        return string.Concat(name.AsSpan(0, char.IsLowSurrogate(name[end]) ? end - 1 : end), "…");
    }

    private static Conversation[] Sorted(IEnumerable<Conversation> conversations) =>
    [
        .. conversations.OrderByDescending(conversation => conversation.ActiveAt?.UnixMilliseconds ?? long.MinValue)
            .ThenBy(conversation => conversation.Id, StringComparer.Ordinal),
    ];

    private Conversation ToConversation(ConversationRecord record)
    {
        var person = record.IsGroup ? null : Find(record.Id);
        var kind = record.IsGroup
            ? ConversationKind.Group
            : person is { IsSelf: true } ? ConversationKind.NoteToSelf : ConversationKind.Direct;
        return new Conversation
        {
            Id = record.Id,
            Kind = kind,
            Name = kind switch
            {
                ConversationKind.Group => record.Name is { Length: > 0 } name ? Cut(name) : "Unknown group",
                ConversationKind.NoteToSelf => "Note to Self",
                _ => person!.Name,
            },
            ServiceId = record.ServiceId,
            Number = record.Number,
            GroupId = record.GroupId,
            Members = kind switch
            {
                ConversationKind.Group => [.. record.Members.Select(Find).OfType<Participant>()],
                ConversationKind.NoteToSelf => [Self],
                _ => [person!],
            },
            IsArchived = record.IsArchived,
            ExpireTimer = record.ExpireTimer,
            ActiveAt = record.ActiveAt is { } at ? new Timestamp(at) : null,
            Avatar = record.Avatar,
        };
    }

    /// <summary>Conversations that messages name but the store does not have: their messages are shown all the same.</summary>
    private static IEnumerable<Conversation> Orphans(CipherDatabase database, Schema schema, People people, bool isSalvage)
    {
        if (!schema.Has("messages", "conversationId"))
        {
            yield break;
        }

        foreach (var (id, isOdd) in MessageQueries.ConversationIds(database, isSalvage))
        {
            if (isOdd)
            {
                people._odd.Add(id);
            }

            if (people._known.Add(id))
            {
                yield return new Conversation { Id = id, Kind = ConversationKind.Direct, Name = "Unknown conversation" };
            }
        }
    }
}
