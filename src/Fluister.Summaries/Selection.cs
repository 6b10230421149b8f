using Fluister.Archive.Conversations;
using Fluister.Summaries.Engines.Extractive;

namespace Fluister.Summaries;

/// <summary>The messages that a digest is made of: in order of time, at most <see cref="DigestOptions.MaximumMessages"/>.</summary>
internal sealed class Selection
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    /// <summary>Reads to the end.</summary>
    public Selection(IEnumerable<Message> messages)
    {
        var kept = new List<Message>();
        foreach (var message in messages)
        {
            if (message.IsErased)
            {
                Erased++;
            }
            else if (message.Kind is MessageKind.Event or MessageKind.Call)
            {
                Events++;
            }
            else
            {
                kept.Add(message);
                if (kept.Count >= 2 * DigestOptions.MaximumMessages)
                {
                    KeepNewest(kept);
                }
            }
        }

        KeepNewest(kept);
        Messages = kept;
        foreach (var message in kept)
        {
            var speaker = NumberOf(message.Sender);
            if (string.IsNullOrWhiteSpace(message.Body))
            {
                WithoutText++;
                continue;
            }

            Spoken.Add(message);
            Utterances.Add(new(speaker, message.Body));
        }
    }

    /// <summary>All kept messages.</summary>
    public List<Message> Messages { get; }

    /// <summary>Those with text; same indexes as <see cref="Utterances"/>.</summary>
    public List<Message> Spoken { get; } = [];

    /// <summary>What engines see.</summary>
    public List<Utterance> Utterances { get; } = [];

    /// <summary>Who, by number.</summary>
    public List<Participant?> Speakers { get; } = [];

    /// <summary>Deleted by their senders.</summary>
    public int Erased { get; }

    /// <summary>Events and calls.</summary>
    public int Events { get; }

    /// <summary>Without text.</summary>
    public int WithoutText { get; }

    /// <summary>Left out as too old.</summary>
    public long Older { get; private set; }

    /// <summary>Number of a speaker.</summary>
    public int NumberOf(Participant? participant)
    {
        var key = participant?.Id ?? "";
        if (!_numbers.TryGetValue(key, out var number))
        {
            number = Speakers.Count;
            _numbers.Add(key, number);
            Speakers.Add(participant);
        }

        return number;
    }

    private void KeepNewest(List<Message> messages)
    {
        messages.Sort((a, b) => a.SentAt.CompareTo(b.SentAt) is not 0 and var bySent ? bySent
            : a.RowId.CompareTo(b.RowId) is not 0 and var byRow ? byRow : string.CompareOrdinal(a.Id, b.Id));
        var over = messages.Count - DigestOptions.MaximumMessages;
        if (over > 0)
        {
            messages.RemoveRange(0, over);
            Older += over;
        }
    }
}
