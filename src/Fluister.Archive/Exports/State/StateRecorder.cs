using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Fluister.Archive.Conversations;
using Fluister.Archive.Exports.Formats;
using Fluister.Archive.Exports.Output;

namespace Fluister.Archive.Exports.State;

/// <summary>Makes the state of an export while its messages pass by.</summary>
internal sealed class StateRecorder : IByteSink, IDisposable
{
    private readonly StateKeys _keys;
    private readonly StateWriter _writer;
    private readonly Roster _roster;
    private readonly JsonLines _records;
    private readonly Utf8Writer _record;
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly List<StateConversation> _conversations = [];

    internal StateRecorder(string folder, StateKeys keys, Roster roster, JsonLines records)
    {
        (_keys, _roster, _records) = (keys, roster, records);
        _writer = new StateWriter(Path.Combine(folder, StateFile.Name), keys);
        _record = new Utf8Writer(this);
        foreach (var conversation in roster.Selected)
        {
            _record.Clear();
            records.WriteConversation(_record, conversation);
            Place(conversation, Finish());
        }
    }

    /// <summary>All conversations, with what was counted so far. A hash of 0 stands for one that only messages know of.</summary>
    internal IReadOnlyList<StateConversation> Conversations => _conversations;

    /// <summary>The bytes of the record of the message last recorded, without its media; empty where they were too many to keep.</summary>
    internal ReadOnlySpan<byte> Record => _record.Total == _record.Written.Length ? _record.Written : default;

    /// <summary>Remembers a message and says its hash.</summary>
    internal ulong Add(Message message)
    {
        _record.Clear();
        _records.WriteMessage(_record, message, null);
        var hash = Finish();
        if (!_places.TryGetValue(message.ConversationId, out var place))
        {
            place = Place(_roster.Find(message.ConversationId), 0);
        }

        var conversation = _conversations[place];
        _conversations[place] = conversation with
        {
            Messages = conversation.Messages + 1,
            Last = conversation.Messages == 0 ? message.SentAt.UnixMilliseconds
                : Math.Max(conversation.Last, message.SentAt.UnixMilliseconds),
        };
        _writer.Add(new StateEntry(message.RowId, message.Id, place, hash));
        return hash;
    }

    /// <summary>Writes the state onto the disk.</summary>
    internal void Finish(Selection selection) => _writer.Finish(new StateSummary(Digest(selection), _conversations));

    /// <summary>Tells one choice of messages from another.</summary>
    internal static string Digest(Selection selection)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{Set(selection.Conversations)}|{Set(selection.Senders)}|{Set(selection.Kinds?.Select(static k => k.ToString()))}|"
            + $"{selection.Since}|{selection.Until}|{selection.UnreadOnly}|{selection.IncludeDisappearing}|{selection.IncludeViewOnce}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<byte> bytes) => _keys.Append(bytes);

    /// <inheritdoc/>
    public void Dispose()
    {
        _record.Dispose();
        _writer.Dispose();
    }

    private static string Set(IEnumerable<string>? members) =>
        members is null ? "*" : string.Join(',', members.Order(StringComparer.Ordinal).Select(Uri.EscapeDataString));

    private ulong Finish()
    {
        _keys.Append(_record.Written);
        return _keys.Finish();
    }

    private int Place(Conversation conversation, ulong hash)
    {
        if (_places.TryAdd(conversation.Id, _conversations.Count))
        {
            _conversations.Add(new StateConversation(conversation.Id, conversation.Name, _roster.Stem(conversation), hash, 0, 0));
        }

        return _places[conversation.Id];
    }
}
