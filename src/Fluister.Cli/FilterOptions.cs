using System.CommandLine;
using Fluister.Archive.Conversations;

namespace Fluister.Cli;

/// <summary>The options that choose messages.</summary>
internal sealed class FilterOptions(string? defaultSince = null, bool allowUnread = false, bool hasConversation = true)
{
    private readonly Option<string[]> _conversation = new("--conversation", "-c")
    {
        Description = "Only this conversation: its name, the beginning of its name, or its id; may be given several times",
        HelpName = "NAME|ID",
    };

    private readonly Option<string[]> _from = new("--from")
    {
        Description = "Only messages from this person: name or id, 'me' for yourself; may be given several times",
        HelpName = "PERSON",
    };

    private readonly Option<string?> _since = new("--since")
    {
        Description = $"Only messages sent since: 4w, 10d, 12h, 2026-10-01, 2026-10-01T18:30{(allowUnread ? ", or 'unread'" : "")}",
        HelpName = "TIME",
        DefaultValueFactory = _ => defaultSince,
    };

    private readonly Option<string?> _until = new("--until")
    {
        Description = "Only messages sent before that time, or up to the end of that day",
        HelpName = "TIME",
    };

    private readonly Option<string[]> _kind = new("--kind")
    {
        Description = "Only this kind: text, story, call, event; may be given several times",
        HelpName = "KIND",
    };

    private readonly Option<bool> _disappearing = new("--include-disappearing") { Description = "Take disappearing messages too" };

    private readonly Option<bool> _viewOnce = new("--include-view-once") { Description = "Take view-once messages too" };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        if (hasConversation)
        {
            command.Add(_conversation);
        }

        command.Add(_from);
        command.Add(_since);
        command.Add(_until);
        command.Add(_kind);
        command.Add(_disappearing);
        command.Add(_viewOnce);
    }

    /// <summary>The selection that the command line asks for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="archive">Whose conversations and people the names mean.</param>
    /// <param name="includeAll">Take disappearing and view-once messages whatever the options say: for what is shown and not kept.</param>
    public Selection Select(ParseResult parsed, ConversationArchive archive, bool includeAll = false)
    {
        var conversations = hasConversation ? parsed.GetValue(_conversation) ?? [] : [];
        var people = parsed.GetValue(_from) ?? [];
        var kinds = parsed.GetValue(_kind) ?? [];
        var since = parsed.GetValue(_since);
        var unread = allowUnread && string.Equals(since, "unread", StringComparison.OrdinalIgnoreCase);
        return new Selection
        {
            Conversations = conversations.Length == 0 ? null
                : conversations.SelectMany(name => Named(archive, name)).ToHashSet(StringComparer.Ordinal),
            Senders = people.Length == 0 ? null : people.SelectMany(name => Person(archive, name)).ToHashSet(StringComparer.Ordinal),
            Kinds = kinds.Length == 0 ? null : kinds.Select(Kind).ToHashSet(),
            Since = since is null || unread ? null : Moment.Parse(since, "--since", isEnd: false),
            Until = parsed.GetValue(_until) is { } until ? Moment.Parse(until, "--until", isEnd: true) : null,
            UnreadOnly = unread,
            IncludeDisappearing = includeAll || parsed.GetValue(_disappearing),
            IncludeViewOnce = includeAll || parsed.GetValue(_viewOnce),
        };
    }

    /// <summary>Finds a conversation by id, by name, or by the only name that begins with or holds the words.</summary>
    public static Conversation Find(ConversationArchive archive, string name)
    {
        var all = archive.Conversations;
        foreach (var matches in (Func<Conversation, bool>[])
        [
            conversation => string.Equals(conversation.Id, name, StringComparison.Ordinal),
            conversation => string.Equals(conversation.Name, name, StringComparison.OrdinalIgnoreCase),
            conversation => conversation.Name.StartsWith(name, StringComparison.OrdinalIgnoreCase),
            conversation => conversation.Name.Contains(name, StringComparison.OrdinalIgnoreCase),
        ])
        {
            var found = all.Where(matches).ToList();
            if (found.Count == 1)
            {
                return found[0];
            }

            if (found.Count > 1)
            {
                throw new ArchiveException(ArchiveError.NotFound, $"\"{name}\" fits {found.Count} conversations. Name one by its id: "
                    + string.Join(", ", found.Take(8).Select(conversation => $"{conversation.Id} ({conversation.Name})"))
                        + (found.Count > 8 ? ", ..." : ""));
            }
        }

        throw new ArchiveException(ArchiveError.NotFound, $"No conversation is called \"{name}\". `fluister archive list` shows them all.");
    }

    private static IEnumerable<string> Named(ConversationArchive archive, string name) => [Find(archive, name).Id];

    private static List<string> Person(ConversationArchive archive, string name)
    {
        if (string.Equals(name, "me", StringComparison.OrdinalIgnoreCase))
        {
            return [archive.Self.Id];
        }

        var everyone = archive.Conversations.SelectMany(conversation => conversation.Members).DistinctBy(person => person.Id).ToList();
        foreach (var matches in (Func<Participant, bool>[])
        [
            person => person.Id == name || person.ServiceId == name || person.Number == name,
            person => string.Equals(person.Name, name, StringComparison.OrdinalIgnoreCase),
            person => person.Name.StartsWith(name, StringComparison.OrdinalIgnoreCase),
        ])
        {
            var found = everyone.Where(matches).Select(person => person.Id).ToList();
            if (found.Count > 0)
            {
                return found;
            }
        }

        throw new ArchiveException(ArchiveError.NotFound, $"Nobody is called \"{name}\" in this archive.");
    }

    private static MessageKind Kind(string name) =>
        Enum.TryParse<MessageKind>(name, ignoreCase: true, out var kind) && !char.IsAsciiDigit(name[0])
        ? kind
        : throw new UsageException($"--kind {name}: the kinds are text, story, call, event.");
}
