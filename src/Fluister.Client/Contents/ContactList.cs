using System.Buffers;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Client.Contents;

/// <summary>The list of people that a primary device gives to its linked ones: entries one after the other, each with its length before it
/// and its picture's bytes after it.</summary>
internal static class ContactList
{
    /// <summary>The queue of lists to fetch; each job is an attachment in the store's form.</summary>
    public const string Queue = "contact list";

    /// <summary>Takes the names, timers and places of a list.</summary>
    /// <exception cref="ClientException">Malformed: the list ends within an entry, or an entry is too long.</exception>
    public static void Read(ClientContext context, ReadOnlySpan<byte> list)
    {
        while (!list.IsEmpty)
        {
            var length = ReadLength(ref list);
            if (length > ClientLimits.ContactEntryBytes || length > list.Length)
            {
                throw Broken();
            }

            var entry = Parse(list[..length]);
            list = list[length..];
            var picture = entry.Avatar?.Length ?? 0;
            if (picture > list.Length)
            {
                throw Broken();
            }

            list = list[(int)picture..];
            Take(context, entry);
        }
    }

    /// <summary>Writes everybody with whom there is a conversation.</summary>
    public static byte[] Write(ClientContext context)
    {
        var list = new ArrayBufferWriter<byte>();
        uint position = 0;
        foreach (var conversation in context.Store.Conversations.All())
        {
            if (conversation.ServiceId is not { } person || conversation.Type != "private")
            {
                continue;
            }

            var entry = new ContactDetails
            {
                Aci = person.ToString(),
                AciBinary = person.ToByteString(),
                ExpireTimer = (uint)ExpireTimers.Of(conversation),
                ExpireTimerVersion = (uint)ExpireTimers.VersionOf(conversation),
            };
            if (conversation.Name is { } name)
            {
                entry.Name = name;
            }

            if (conversation.Number is { } number)
            {
                entry.Number = number;
            }

            if (conversation.ActiveAt is not null)
            {
                entry.InboxPosition = position++;
            }

            using var bytes = new MemoryStream();
            entry.WriteDelimitedTo(bytes);
            list.Write(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
        }

        return list.WrittenSpan.ToArray();
    }

    private static void Take(ClientContext context, ContactDetails entry)
    {
        if (ContentIds.Aci(entry.AciBinary, entry.Aci) is not { } person || person == context.Self.Aci)
        {
            return;
        }

        var conversation = context.Store.Conversations.GetOrAdd(person);
        if (entry.ExpireTimerVersion == 0 || entry.ExpireTimerVersion >= ExpireTimers.VersionOf(conversation))
        {
            conversation.Json.Put("expireTimer", entry.ExpireTimer == 0 ? null : (long)entry.ExpireTimer);
            conversation.Json["expireTimerVersion"] = Math.Max(ExpireTimers.VersionOf(conversation), entry.ExpireTimerVersion);
        }

        if (entry.HasInboxPosition)
        {
            conversation.Json["inbox_position"] = (long)entry.InboxPosition;
        }

        context.Store.Conversations.Save(conversation with
        {
            // What the storage service says of a person is later than a list that was made before.
            Name = conversation.Json.Text("storageID") is null ? CleanText.Of(entry.Name) ?? conversation.Name : conversation.Name,
            Number = CleanText.Of(entry.Number, 32) ?? conversation.Number,
        });
    }

    private static ContactDetails Parse(ReadOnlySpan<byte> entry)
    {
        try
        {
            return ContactDetails.Parser.ParseFrom(entry);
        }
        catch (InvalidProtocolBufferException)
        {
            throw Broken();
        }
    }

    private static int ReadLength(ref ReadOnlySpan<byte> list)
    {
        var length = 0;
        for (var shift = 0; shift < 28; shift += 7)
        {
            if (list.IsEmpty)
            {
                throw Broken();
            }

            var part = list[0];
            list = list[1..];
            length |= (part & 0x7f) << shift;
            if (part < 0x80)
            {
                return length;
            }
        }

        throw Broken();
    }

    private static ClientException Broken() =>
        new(ClientError.Malformed, "The list of contacts that another device of ours sent is damaged. Ask for it again.");
}
