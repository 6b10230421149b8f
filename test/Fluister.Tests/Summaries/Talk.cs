using Fluister.Archive.Conversations;
using Fluister.Summaries;

namespace Fluister.Tests.Summaries;

/// <summary>Conversations written down as lines "Name: text", a minute apart.</summary>
internal sealed class Talk
{
    public static readonly Participant Me = new("me", "Robin", IsSelf: true);

    private readonly Dictionary<string, Participant> _people = new(StringComparer.Ordinal) { ["Robin"] = Me };
    private long _time = 1_790_845_200_000; // 2026-10-01 09:00 UTC, a Thursday

    public List<Message> Messages { get; } = [];

    public static Conversation Conversation { get; } = new() { Id = "c", Kind = ConversationKind.Group, Name = "Cycling <club>" };

    public Participant Person(string name) => _people.TryGetValue(name, out var person) ? person
        : _people[name] = new(name.ToLowerInvariant(), name);

    public Talk Pause(double hours)
    {
        _time += (long)(hours * 3_600_000);
        return this;
    }

    public Talk Say(string line, int? answers = null, Func<Message, Message>? change = null)
    {
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        var quoted = answers is { } n ? Messages[n] : null;
        _time += 60_000;
        Messages.Add(new Message
        {
            Id = $"m{Messages.Count}",
            RowId = Messages.Count,
            ConversationId = Conversation.Id,
            Sender = Person(line[..colon]),
            SentAt = new(_time),
            Body = line[(colon + 2)..],
            Quote = quoted is null ? null : new Quote(quoted.SentAt, quoted.Sender, quoted.Body),
        });
        return this;
    }

    public Talk With(Func<string, Participant, Timestamp, Message> make, string name)
    {
        _time += 60_000;
        Messages.Add(make($"m{Messages.Count}", Person(name), new(_time)));
        return this;
    }

    public Digest Digest(string? ask = null, int words = 150) =>
        Digester.Digest(Conversation, Me, Messages, new() { Ask = ask, Words = words });
}
