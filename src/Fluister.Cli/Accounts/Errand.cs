using Fluister.Client;
using Fluister.Client.Contents;
using Fluister.Protocol.Addresses;

namespace Fluister.Cli.Accounts;

/// <summary>What one run of `fluister send` is to do.</summary>
internal sealed record Errand
{
    /// <summary>A message; null for the others.</summary>
    public Draft? Draft { get; init; }

    /// <summary>The message that the draft answers.</summary>
    public long? ReplyTo { get; init; }

    /// <summary>The message in whose place the draft goes.</summary>
    public long? Edit { get; init; }

    /// <summary>The message to delete.</summary>
    public long? Delete { get; init; }

    /// <summary>The message that is reacted to, or the poll.</summary>
    public long? Target { get; init; }

    /// <summary>With what is reacted.</summary>
    public string? Emoji { get; init; }

    /// <summary>Whether the reaction is taken back.</summary>
    public bool Remove { get; init; }

    /// <summary>The chosen options of a poll, from 0; none take the vote back.</summary>
    public IReadOnlyList<int>? Vote { get; init; }

    /// <summary>The timer to be set first, in seconds.</summary>
    public int? Expire { get; init; }

    /// <summary>Does it: it is in the outbox when this returns.</summary>
    /// <returns>The timestamp of the last that was sent, and the message's id where there is one.</returns>
    public async Task<(long Timestamp, string? MessageId)> DoAsync(
        AccountClient client, ServiceId to, ServiceId author, CancellationToken cancel)
    {
        (long, string?) sent = default;
        if (Expire is { } seconds)
        {
            sent = (await client.SetExpireTimerAsync(to, seconds, cancel).ConfigureAwait(false), null);
        }

        if (Draft is { } draft)
        {
            draft = ReplyTo is { } answered ? draft with { Quote = (author, answered) } : draft;
            sent = Edit is { } edited
                ? (await client.EditAsync(to, edited, draft, cancel).ConfigureAwait(false), null)
                : await client.SendAsync(to, draft, cancel).ConfigureAwait(false);
        }
        else if (Delete is { } deleted)
        {
            sent = (await client.DeleteAsync(to, deleted, cancel).ConfigureAwait(false), null);
        }
        else if (Emoji is { } emoji)
        {
            sent = (await client.ReactAsync(to, author, Target!.Value, emoji, Remove, cancel).ConfigureAwait(false), null);
        }
        else if (Vote is { } options)
        {
            sent = (await client.VoteAsync(to, author, Target!.Value, options, cancel).ConfigureAwait(false), null);
        }

        return sent;
    }
}
