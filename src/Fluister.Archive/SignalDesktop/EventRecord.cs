using System.Text.Json;

namespace Fluister.Archive.SignalDesktop;

/// <summary>What the JSON of a message says about something that happened, and the sentence made of it.</summary>
internal sealed class EventRecord
{
    /// <summary>A group has at most 1,001 members, so no change of Signal's own has more parts.</summary>
    private const int MaximumChanges = 1_001;

    private readonly List<GroupChange> _changes = [];
    private bool _hasGroupChange;
    private string? _changedBy;
    private string? _changed;
    private string? _oldName;
    private string? _newName;
    private long? _timer;
    private bool _timerChanged;
    private bool _groupUpdated;
    private bool _isVerified;
    private string? _question;
    private string? _response;
    private string? _title;

    /// <summary>One element of groupV2Change.details.</summary>
    private sealed record GroupChange(
        string Kind, string? Person, string? Text, long? Privilege, long? Count, bool IsRemoved, bool IsAnnouncementsOnly);

    /// <summary>Service id, number or conversation id of who did it, where the record says so.</summary>
    public string? Actor => _changedBy;

    /// <summary>Carries something that only newer or other programs show: a gift badge, a payment.</summary>
    public string? Carries { get; private set; }

    public void Clear()
    {
        _changes.Clear();
        _hasGroupChange = false;
        _changedBy = null;
        _changed = null;
        _oldName = null;
        _newName = null;
        _timer = null;
        _timerChanged = false;
        _groupUpdated = false;
        _isVerified = false;
        _question = null;
        _response = null;
        _title = null;
        Carries = null;
    }

    /// <summary>Takes the properties that events have; passes over all others.</summary>
    public void ReadProperty(ref Utf8JsonReader reader, Field field)
    {
        switch (field)
        {
            case Field.GroupV2Change:
                _hasGroupChange = true;
                ReadGroupChange(ref reader);
                break;
            case Field.KeyChanged or Field.ChangedId or Field.VerifiedChanged: _changed = Json.Text(ref reader) ?? _changed; break;
            case Field.Verified: _isVerified = Json.Flag(ref reader); break;
            case Field.GiftBadge:
                Carries = "A donation badge";
                reader.Skip();
                break;
            case Field.Payment:
                Carries = "A payment";
                reader.Skip();
                break;
            case Field.ProfileChange or Field.ExpirationTimerUpdate or Field.PollTerminateNotification or Field.MessageRequestResponseEvent
                or Field.TitleTransition or Field.ConversationMerge or Field.PhoneNumberDiscovery or Field.GroupUpdate:
                ReadDetail(ref reader, field);
                break;
            default: reader.Skip(); break;
        }
    }

    /// <summary>The sentence for a type of message; null for a type that is not known.</summary>
    /// <param name="type">The message's type.</param>
    /// <param name="people">Whose names the ids mean.</param>
    /// <param name="other">Who it is from, or whom the conversation is with, for kinds that name nobody themselves.</param>
    public string? Sentence(string type, People people, string? other)
    {
        // Early generations, and groups still, tell of such things in an ordinary message that carries nothing else.
        if (type is "" or "incoming" or "outgoing" or "group-v2-change")
        {
            type = _timerChanged ? "timer-notification" : _groupUpdated ? "group" : type;
        }

        var who = people.Find(_changed)?.Name ?? other;
        return type switch
        {
            "group-v2-change" => _hasGroupChange ? GroupSentence(people) : "The group was changed.",
            "group" => _title is null ? "The group was updated." : $"The group's name is now \"{_title}\".",
            "group-v1-migration" => "The group became a group of the new kind.",
            "keychange" => $"The safety number with {who ?? "a contact"} has changed.",
            "verified-change" => $"{who ?? "A contact"} was marked as {(_isVerified ? "verified" : "not verified")}.",
            "profile-change" => _newName is null ? $"{who ?? "A contact"} changed their profile."
                : $"{who ?? "A contact"} changed their profile name{(_oldName is null ? "" : $" from \"{_oldName}\"")} to \"{_newName}\".",
            "timer-notification" => TimerSentence(people),
            "universal-timer-notification" => "Messages of new conversations disappear by default.",
            "change-number-notification" => $"{who ?? "A contact"} changed their phone number.",
            "chat-session-refreshed" => "The secure session was refreshed.",
            "delivery-issue" => $"A message from {who ?? "a contact"} could not be delivered.",
            "conversation-merge" => $"The conversation with {_title ?? "a number"} was merged into the one with {who ?? "this person"}.",
            "phone-number-discovery" => $"The number {_title ?? "of this conversation"} belongs to {who ?? "this person"}.",
            "title-transition-notification" => _title is null
                ? "This conversation has a new name."
                : $"This conversation was known as {_title}.",
            "contact-removed-notification" => "The contact was removed.",
            "message-request-response-event" => ResponseSentence(),
            "joined-signal-notification" => $"{who ?? "A contact"} joined.",
            "pinned-message-notification" => $"{who ?? "Somebody"} pinned a message.",
            "poll-terminate" => $"{who ?? "Somebody"} closed {(_question is null ? "a poll" : $"the poll \"{_question}\"")}.",
            _ => null,
        };
    }

    /// <summary>True where an ordinary message is in truth the announcement of a timer or of a group's change.</summary>
    public bool IsAnnouncement => _timerChanged || _groupUpdated;

    private string TimerSentence(People people)
    {
        var who = people.Find(_changedBy)?.Name ?? "Somebody";
        return _timer is > 0
            ? $"{who} set messages to disappear after {Duration(_timer.Value)}."
            : $"{who} turned disappearing messages off.";
    }

    private string ResponseSentence() => _response switch
    {
        "ACCEPT" => "The message request was accepted.",
        "BLOCK" => "The conversation was blocked.",
        "UNBLOCK" => "The conversation was unblocked.",
        "SPAM" => "The conversation was reported as spam.",
        _ => "The message request was answered.",
    };

    private static string Duration(long seconds)
    {
        (string Unit, long Length)[] units = [("week", 604_800), ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)];
        foreach (var (unit, length) in units)
        {
            if (seconds % length == 0)
            {
                return seconds / length == 1 ? $"1 {unit}" : $"{seconds / length} {unit}s";
            }
        }

        return $"{seconds} seconds";
    }

    private string GroupSentence(People people)
    {
        var by = people.Find(_changedBy)?.Name;
        return _changes.Count == 0
            ? "The group was changed."
            : string.Join(' ', _changes.Select(change => ChangeSentence(change, by ?? "Somebody", people)));
    }

    private static string ChangeSentence(GroupChange change, string by, People people)
    {
        var who = people.Find(change.Person)?.Name ?? "somebody";
        return change.Kind switch
        {
            "create" => $"{by} created the group.",
            "title" => change.Text is null ? $"{by} removed the group's name." : $"{by} named the group \"{change.Text}\".",
            "avatar" => change.IsRemoved ? $"{by} removed the group's picture." : $"{by} changed the group's picture.",
            "description" => change.IsRemoved
                ? $"{by} removed the group's description."
                : change.Text is null ? $"{by} changed the group's description."
                : $"{by} described the group as \"{change.Text}\".",
            "access-attributes" => $"{by} changed who may edit the group.",
            "access-members" => $"{by} changed who may add members.",
            "access-invite-link" => $"{by} changed who must approve people joining by link.",
            "announcements-only" => change.IsAnnouncementsOnly ? $"{by} let only admins write." : $"{by} let everyone write.",
            "member-add" => string.Equals(by, who, StringComparison.Ordinal) ? $"{who} joined the group." : $"{by} added {who}.",
            "member-add-from-invite" => $"{who} accepted an invitation to the group.",
            "member-add-from-link" => $"{who} joined by the group's link.",
            "member-add-from-admin-approval" => $"{by} approved {who}'s request to join.",
            "member-privilege" => change.Privilege == 2 ? $"{by} made {who} an admin." : $"{by} took {who}'s admin role away.",
            "member-remove" => string.Equals(by, who, StringComparison.Ordinal) ? $"{who} left the group." : $"{by} removed {who}.",
            "member-label" => $"{by} changed a member's label.",
            "pending-add-one" => $"{by} invited {who}.",
            "pending-add-many" => $"{by} invited {change.Count ?? 0} people.",
            "pending-remove-one" => "An invitation was withdrawn or declined.",
            "pending-remove-many" => $"{change.Count ?? 0} invitations were withdrawn.",
            "admin-approval-add-one" => $"{who} asked to join.",
            "admin-approval-remove-one" => $"{who}'s request to join was withdrawn or declined.",
            "admin-approval-bounce" => $"{who} asked to join and withdrew.",
            "group-link-add" => $"{by} turned the group's link on.",
            "group-link-reset" => $"{by} reset the group's link.",
            "group-link-remove" => $"{by} turned the group's link off.",
            "summary" => "The group was changed.",
            _ => $"{by} changed the group ({change.Kind}).",
        };
    }

    private void ReadGroupChange(ref Utf8JsonReader reader)
    {
        if (!Json.Object(ref reader))
        {
            return;
        }

        while (Json.Property(ref reader, out var field))
        {
            switch (field)
            {
                case Field.From: _changedBy = Json.Text(ref reader); break;
                case Field.Details when Json.Array(ref reader):
                    while (Json.Element(ref reader))
                    {
                        if (Json.Object(ref reader))
                        {
                            var change = ReadChange(ref reader);
                            if (_changes.Count < MaximumChanges)
                            {
                                _changes.Add(change);
                            }
                        }
                    }

                    break;
                case Field.Details: break;
                default: reader.Skip(); break;
            }
        }
    }

    private static GroupChange ReadChange(ref Utf8JsonReader reader)
    {
        var kind = "";
        string? person = null;
        string? text = null;
        long? privilege = null;
        long? count = null;
        var removed = false;
        var announcements = false;
        while (Json.Property(ref reader, out var field))
        {
            switch (field)
            {
                case Field.Type: kind = Json.Text(ref reader) ?? ""; break;
                case Field.Aci or Field.Uuid or Field.ServiceId or Field.ConversationId: person = Json.Text(ref reader) ?? person; break;
                case Field.NewTitle or Field.Description: text = Json.Text(ref reader); break;
                case Field.NewPrivilege: privilege = Json.Number(ref reader); break;
                case Field.Count: count = Json.Number(ref reader); break;
                case Field.Removed: removed = Json.Flag(ref reader); break;
                case Field.AnnouncementsOnly: announcements = Json.Flag(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        return new GroupChange(kind, person, text, privilege, count, removed, announcements);
    }

    private void ReadDetail(ref Utf8JsonReader reader, Field parent)
    {
        _timerChanged |= parent == Field.ExpirationTimerUpdate;
        _groupUpdated |= parent == Field.GroupUpdate;
        if (parent == Field.MessageRequestResponseEvent && reader.TokenType == JsonTokenType.String)
        {
            _response = Json.Text(ref reader);
            return;
        }

        if (!Json.Object(ref reader))
        {
            return;
        }

        while (Json.Property(ref reader, out var field))
        {
            switch (field)
            {
                case Field.OldName: _oldName = Json.Text(ref reader); break;
                case Field.NewName: _newName = Json.Text(ref reader); break;
                case Field.ExpireTimer: _timer = Json.Number(ref reader); break;
                case Field.SourceServiceId or Field.SourceUuid: _changedBy = Json.Text(ref reader) ?? _changedBy; break;
                case Field.Source: _changedBy ??= Json.Text(ref reader); break;
                case Field.Question: _question = Json.Text(ref reader); break;
                case Field.Name or Field.Title or Field.E164 or Field.Username: _title ??= Json.Text(ref reader); break;
                case Field.RenderInfo: ReadDetail(ref reader, Field.RenderInfo); break;
                default: reader.Skip(); break;
            }
        }
    }
}
