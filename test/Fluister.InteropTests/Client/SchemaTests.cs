using System.Text.Json;
using Fluister.InteropTests.Libsignal;
using Fluister.Wire.Protos;
using Google.Protobuf.Reflection;

namespace Fluister.InteropTests.Client;

/// <summary>Every field of what clients say to each other has the number, type and name that Signal's own compiled messages have.</summary>
public sealed class SchemaTests(OfficialPeople people) : IClassFixture<OfficialPeople>
{
    /// <summary>Messages that are named otherwise here, by Signal's names. Their fields are compared by number and type alone.</summary>
    private static readonly Dictionary<string, string> Renamed = new()
    {
        ["NotificationProfileRecord"] = "NotificationProfile",
        ["StorageWrite"] = "WriteOperation",
        ["StorageRead"] = "ReadOperation",
        ["Envelope"] = "Envelope",
        ["StorageItem"] = "StorageItem",
        ["StorageItems"] = "StorageItems",
        ["StorageManifest"] = "StorageManifest",
        ["ProvisioningAddress"] = "ProvisioningAddress",
    };

    /// <summary>What is Signal's and is not here; each is decoded as unknown and left alone.</summary>
    private static readonly string[] Absent =
    [
        "ChatFolderRecord.*",
        "Envelope.destinationServiceId",
        "Envelope.serverGuid",
        "Envelope.sourceServiceId",
        "Envelope.updatedPni",
        "NotificationProfile.*",
        "Recipient.*",
        "Recipient.Contact.*",
    ];

    /// <summary>Fields that Signal's own clients have retired, and older ones still write.</summary>
    private static readonly string[] Retired =
    [
        "AccountRecord.PinnedConversation.Contact 1: string serviceId, and Signal has nothing",
        "ContactRecord 1: string aci, and Signal has nothing",
        "ContactRecord 15: string pni, and Signal has nothing",
        "GroupV1Record 2: bool blocked, and Signal has nothing",
        "GroupV1Record 3: bool whitelisted, and Signal has nothing",
        "GroupV1Record 4: bool archived, and Signal has nothing",
        "GroupV1Record 5: bool markedUnread, and Signal has nothing",
        "GroupV1Record 6: uint64 mutedUntilTimestamp, and Signal has nothing",
        "StoryDistributionListRecord 3: repeated string recipientServiceIds, and Signal has nothing",
        "SyncMessage.Configuration 5: uint32 provisioningVersion, and Signal has nothing",
    ];

    private readonly JsonElement _theirs = people.Package.Call("proto.describe");

    private static IEnumerable<MessageDescriptor> Ours =>
        new[] { Content.Descriptor.File, StorageRecord.Descriptor.File, StorageManifest.Descriptor.File, Envelope.Descriptor.File }
            .SelectMany(WithImports)
            .Distinct()
            .SelectMany(file => file.MessageTypes)
            .SelectMany(WithNested);

    [Fact]
    public void Every_field_of_ours_is_Signals()
    {
        var messages = _theirs.GetProperty("messages");
        var wrong = new List<string>();
        foreach (var message in Ours)
        {
            if (!messages.TryGetProperty(Name(message), out var fields))
            {
                wrong.Add($"{Name(message)}: Signal has no such message");
                continue;
            }

            var byNumber = fields.EnumerateArray().ToDictionary(field => (int)field.Number("number"));
            foreach (var field in message.Fields.InFieldNumberOrder())
            {
                var ours = Shape(field, Renamed.ContainsKey(Bare(message)));
                var theirs = byNumber.TryGetValue(field.FieldNumber, out var there)
                    ? Shape(there, Renamed.ContainsKey(Bare(message)))
                    : "nothing";
                if (ours != theirs)
                {
                    wrong.Add($"{Name(message)} {field.FieldNumber}: {ours}, and Signal has {theirs}");
                }
            }
        }

        AssertLines(Retired, wrong);
    }

    [Fact]
    public void What_is_Signals_and_not_ours_is_known()
    {
        var ours = Ours.ToDictionary(Name, message => message.Fields.InFieldNumberOrder().Select(field => field.FieldNumber).ToHashSet());
        var absent = new List<string>();
        foreach (var name in Reachable(["Content", "ManifestRecord", "StorageRecord", "StorageManifest", "StorageItems", "Envelope"]))
        {
            var fields = _theirs.GetProperty("messages").GetProperty(name).EnumerateArray();
            var missing = fields.Where(field => !ours.TryGetValue(name, out var there) || !there.Contains((int)field.Number("number")));
            var names = missing.Select(field => $"{name}.{field.Text("name")}").ToArray();
            absent.AddRange(names.Length > 0 && names.Length == fields.Count() ? [$"{name}.*"] : names);
        }

        AssertLines(Absent, absent);
    }

    [Fact]
    public void Every_value_of_an_enumeration_is_Signals()
    {
        var enums = _theirs.GetProperty("enums");
        var wrong = new List<string>();
        foreach (var type in Ours.SelectMany(message => message.EnumTypes)
            .Concat(Ours.Select(message => message.File).Distinct().SelectMany(file => file.EnumTypes)))
        {
            var name = Signals(type.FullName);
            if (!enums.TryGetProperty(name, out var values))
            {
                wrong.Add($"{name}: Signal has no such enumeration");
                continue;
            }

            var theirs = values.EnumerateObject().Select(value => value.Value.GetInt32()).ToHashSet();
            wrong.AddRange(type.Values.Where(value => !theirs.Contains(value.Number)).Select(value => $"{name}.{value.Name}"));
            if (!Renamed.ContainsKey(name.Split('.')[0]))
            {
                wrong.AddRange(type.Values
                    .Where(value => values.TryGetProperty(value.Name, out var number) && number.GetInt32() != value.Number)
                    .Select(value => $"{name}.{value.Name} has another number"));
            }
        }

        Assert.Empty(wrong);
    }

    private static void AssertLines(IReadOnlyList<string> expected, IReadOnlyList<string> actual)
    {
        var (gone, added) = (expected.Except(actual).Order(StringComparer.Ordinal), actual.Except(expected).Order(StringComparer.Ordinal));
        Assert.True(!gone.Any() && !added.Any(), $"No longer so:\n{string.Join('\n', gone)}\nNew:\n{string.Join('\n', added)}");
    }

    private IEnumerable<string> Reachable(IEnumerable<string> roots)
    {
        var (seen, queue) = (new HashSet<string>(), new Queue<string>(roots));
        while (queue.TryDequeue(out var name))
        {
            if (!seen.Add(name))
            {
                continue;
            }

            yield return name;
            foreach (var field in _theirs.GetProperty("messages").GetProperty(name).EnumerateArray())
            {
                if (field.TextOrNull("type") is { } type)
                {
                    queue.Enqueue(type);
                }
            }
        }
    }

    private static string Shape(FieldDescriptor field, bool anyName)
    {
        var type = field.FieldType switch
        {
            FieldType.Message => Signals(field.MessageType.FullName),
            var kind => kind.ToString().ToLowerInvariant(),
        };
        return $"{(field.IsRepeated ? "repeated " : "")}{type}{(anyName ? "" : $" {field.JsonName}")}";
    }

    private static string Shape(JsonElement field, bool anyName)
    {
        var type = field.TextOrNull("type") ?? field.Text("kind");
        return $"{(field.GetProperty("repeated").GetBoolean() ? "repeated " : "")}{type}{(anyName ? "" : $" {field.Text("name")}")}";
    }

    private static string Bare(MessageDescriptor message) => message.FullName["fluister.wire.".Length..];

    private static string Name(MessageDescriptor message) => Signals(message.FullName);

    private static string Signals(string full)
    {
        var parts = full["fluister.wire.".Length..].Split('.');
        parts[0] = Renamed.GetValueOrDefault(parts[0], parts[0]);
        return string.Join('.', parts);
    }

    private static IEnumerable<FileDescriptor> WithImports(FileDescriptor file) => file.Dependencies.SelectMany(WithImports).Append(file);

    private static IEnumerable<MessageDescriptor> WithNested(MessageDescriptor message) =>
        message.NestedTypes.SelectMany(WithNested).Prepend(message);
}
