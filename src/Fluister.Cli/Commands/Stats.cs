using System.Text.Json;
using Fluister.Archive.Conversations;
using Fluister.Archive.SignalDesktop;

namespace Fluister.Cli.Commands;

/// <summary>Counts over messages.</summary>
internal sealed class Stats
{
    private readonly Dictionary<string, long> _types = [];
    private readonly Dictionary<string, (Participant Person, long Count)> _people = [];
    private readonly SortedDictionary<string, long> _months = new(StringComparer.Ordinal);
    private readonly HashSet<string> _conversations = [];
    private long _messages;
    private long _attachments;
    private long _attachmentBytes;
    private long _reactions;
    private long _disappearing;
    private long _viewOnce;

    public static Stats Count(IEnumerable<Message> messages)
    {
        var stats = new Stats();
        foreach (var message in messages)
        {
            stats.Add(message);
        }

        return stats;
    }

    public void Write(Utf8JsonWriter writer, SignalDesktopArchive archive)
    {
        writer.WriteNumber("schemaVersion", archive.SchemaVersion);
        writer.WriteNumber("conversations", _conversations.Count);
        foreach (var (name, count) in Totals())
        {
            writer.WriteNumber(name, count);
        }

        WriteCounts(writer, "types", _types);
        WriteCounts(writer, "months", _months);
        writer.WriteStartArray("people");
        foreach (var (person, count) in _people.Values.OrderByDescending(entry => entry.Count))
        {
            writer.WriteStartObject();
            writer.WriteString("id", person.Id);
            writer.WriteString("name", person.Name);
            writer.WriteNumber("messages", count);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public void Print(SignalDesktopArchive archive, int topPeople)
    {
        using var output = new StreamWriter(Console.OpenStandardOutput());
        var conversations = _conversations.Count == 1 ? "conversation" : "conversations";
        output.WriteLine($"Signal Desktop, schema {archive.SchemaVersion}, {_conversations.Count:N0} {conversations} with messages");
        foreach (var (name, count) in Totals())
        {
            output.WriteLine($"  {name,-18} {count,14:N0}");
        }

        output.WriteLine("Types");
        foreach (var (type, count) in _types.OrderByDescending(entry => entry.Value))
        {
            output.WriteLine($"  {Terminal.Fit(type, 32)} {count,10:N0}");
        }

        output.WriteLine("People");
        foreach (var (person, count) in _people.Values.OrderByDescending(entry => entry.Count).Take(topPeople))
        {
            output.WriteLine($"  {Terminal.Fit(person.Name, 32)} {count,10:N0}");
        }

        output.WriteLine("Months");
        var most = Math.Max(1, _months.Values.DefaultIfEmpty(1).Max());
        foreach (var (month, count) in _months)
        {
            output.WriteLine($"  {month} {count,10:N0}  {new string('#', (int)(40 * count / most))}");
        }
    }

    private static void WriteCounts(Utf8JsonWriter writer, string name, IEnumerable<KeyValuePair<string, long>> counts)
    {
        writer.WriteStartObject(name);
        foreach (var (key, count) in counts)
        {
            writer.WriteNumber(key, count);
        }

        writer.WriteEndObject();
    }

    private IEnumerable<(string Name, long Count)> Totals() =>
    [
        ("messages", _messages), ("attachments", _attachments), ("attachmentBytes", _attachmentBytes), ("reactions", _reactions),
        ("disappearing", _disappearing), ("viewOnce", _viewOnce),
    ];

    private void Add(Message message)
    {
        _messages++;
        _conversations.Add(message.ConversationId);
        var type = message.Type.Length == 0 ? "(none)" : message.Type;
        _types[type] = _types.GetValueOrDefault(type) + 1;
        if (message.Sender is { } sender && message.Kind == MessageKind.Text)
        {
            _people[sender.Id] = (sender, _people.GetValueOrDefault(sender.Id).Count + 1);
        }

        var month = message.SentAt.ToDateTimeOffset()?.ToLocalTime().ToString("yyyy-MM") ?? "off the calendar";
        _months[month] = _months.GetValueOrDefault(month) + 1;
        _attachments += message.Attachments.Count;
        _reactions += message.Reactions.Count;
        foreach (var attachment in message.Attachments)
        {
            _attachmentBytes += attachment.Size ?? 0;
        }

        _disappearing += message.IsDisappearing ? 1 : 0;
        _viewOnce += message.IsViewOnce ? 1 : 0;
    }
}
