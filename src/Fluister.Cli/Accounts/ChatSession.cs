using Fluister.Client;
using Fluister.Client.Contents;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;

namespace Fluister.Cli.Accounts;

/// <summary>A conversation in the terminal: what is typed is sent, what comes appears above the prompt. Messages are numbered as they
/// appear, and commands name them by their numbers.</summary>
internal sealed class ChatSession(AccountClient client, ServiceId with, EventText text, ChatScreen screen)
{
    /// <summary>Messages that can be named; older ones are forgotten.</summary>
    private const int Remembered = 1000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly List<(int Number, ServiceId Author, long Timestamp)> _messages = [];
    private readonly Introductions _introductions = new(client);
    private int _last;

    private ServiceId Self => client.Self.Aci;

    /// <summary>Lets a message of the history appear.</summary>
    public void Show(PastMessage message)
    {
        IEnumerable<string> parts = message.IsErased ? ["(deleted)"]
            : [Terminal.Clean(message.Text ?? ""), .. message.FileNames.Select(name => $"[{Terminal.Clean(name)}]")];
        var said = string.Join(' ', parts.Where(part => part.Length > 0));
        Show(message.Author, message.Timestamp,
            $"{EventText.Time(message.Timestamp)}  {text.Name(message.Author)}: {said}  [{message.Timestamp}]");
    }

    private void Show(ServiceId author, long timestamp, string line)
    {
        // What is typed and what comes are two threads.
        lock (_gate)
        {
            _messages.Add((++_last, author, timestamp));
            if (_messages.Count > Remembered)
            {
                _messages.RemoveAt(0);
            }

            screen.Write($"#{_last}  {line}");
        }
    }

    private bool IsShown(ServiceId author, long timestamp)
    {
        lock (_gate)
        {
            return _messages.Exists(one => one.Author == author && one.Timestamp == timestamp);
        }
    }

    /// <summary>Goes on until /quit, the input's end, or Ctrl-C; what was typed before has left then, or stays in the outbox.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var incoming = ListenAsync(end.Token);
        screen.Start(isTyping => _ = TypeAsync(isTyping, end.Token));
        try
        {
            await foreach (var line in screen.Lines.ReadAllAsync(end.Token).ConfigureAwait(false))
            {
                if (line is null || !await TakeAsync(ChatLine.Parse(line), end.Token).ConfigureAwait(false))
                {
                    break;
                }
            }

            await LeaveAsync(end.Token).ConfigureAwait(false);
        }
        finally
        {
            screen.End();
            await end.CancelAsync().ConfigureAwait(false);
            await incoming.ConfigureAwait(false);
        }
    }

    private async Task LeaveAsync(CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Patience);
        try
        {
            await client.SentAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            screen.Write("·  Not all has left yet. It is kept, and leaves with the next command that connects.");
        }
    }

    private async Task TypeAsync(bool isTyping, CancellationToken cancel)
    {
        try
        {
            await client.SendTypingAsync(with, isTyping, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ClientException or OperationCanceledException)
        {
            // Nobody misses it.
        }
    }

    private async Task ListenAsync(CancellationToken cancel)
    {
        try
        {
            await foreach (var happened in client.Events.ReadAllAsync(cancel).ConfigureAwait(false))
            {
                await HearAsync(happened, cancel).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The conversation is over.
        }
    }

    private async Task HearAsync(ClientEvent happened, CancellationToken cancel)
    {
        if (happened is ConnectionChanged { Cause: { } cause })
        {
            screen.Write($"·  {Terminal.Clean(cause.Message)}");
            return;
        }

        await _introductions.MakeAsync(happened, cancel).ConfigureAwait(false);
        if (text.Of(happened) is not { } line)
        {
            return;
        }

        if (happened is not ContentReceived received || !IsMessage(received.Content))
        {
            screen.Write($"·  {line}");
        }
        else if (received.Sender == with || (received.Sender == Self && To(received.Content) == with))
        {
            // What came before the history was read stands there already.
            if (!IsShown(received.Sender, received.Timestamp))
            {
                Show(received.Sender, received.Timestamp, line);
            }

            if (received.Sender == with)
            {
                await client.MarkReadAsync(with, received.Timestamp, cancel).ConfigureAwait(false);
            }
        }
        else
        {
            screen.Write($"·  {line}");
        }
    }

    /// <summary>Whether something stands in the history for itself.</summary>
    private static bool IsMessage(Content content) =>
        (content.DataMessage ?? content.SyncMessage?.Sent?.Message)
            is { Reaction: null, Delete: null, PollVote: null, PollTerminate: null };

    private static ServiceId? To(Content content) =>
        content.SyncMessage is { Sent: { } sent } ? Ids.Read(sent.DestinationServiceIdBinary, sent.DestinationServiceId) : null;

    /// <summary>Does what a line says; false where it ends the conversation.</summary>
    private async Task<bool> TakeAsync(ChatLine line, CancellationToken cancel)
    {
        try
        {
            switch (line.Word)
            {
                case "" when line.Rest.Length == 0:
                    break;
                case "quit":
                    return false;
                case "help":
                    screen.Write(ChatLine.Help);
                    break;
                case "react" or "unreact":
                    var liked = Find(line.Number, isOurs: null, line.Number is null ? with : null);
                    await client.ReactAsync(with, liked.Author, liked.Timestamp, line.Rest, line.Word == "unreact", cancel)
                        .ConfigureAwait(false);
                    break;
                case "delete":
                    await client.DeleteAsync(with, Find(line.Number, isOurs: true).Timestamp, cancel).ConfigureAwait(false);
                    break;
                case "vote":
                    var poll = Find(line.Number, isOurs: null);
                    await client.VoteAsync(with, poll.Author, poll.Timestamp, Choices(line.Rest), cancel).ConfigureAwait(false);
                    break;
                case "expire":
                    await client.SetExpireTimerAsync(with, Duration.Seconds(line.Rest, "/expire"), cancel).ConfigureAwait(false);
                    break;
                case "edit":
                    await client.EditAsync(with, Find(line.Number, isOurs: true).Timestamp, Draft(line.Rest), cancel).ConfigureAwait(false);
                    break;
                case "file" when !File.Exists(line.Rest):
                    screen.Write($"·  There is no file {Terminal.Clean(line.Rest)}.");
                    break;
                case "" or "quote" or "file":
                    await SendAsync(line, cancel).ConfigureAwait(false);
                    break;
                default:
                    screen.Write($"·  There is no /{Terminal.Clean(line.Word)}; /help tells what there is.");
                    break;
            }
        }
        catch (Exception e) when (e is ClientException or UsageException)
        {
            screen.Write($"·  {Terminal.Clean(e.Message)}");
        }

        return true;
    }

    private async Task SendAsync(ChatLine line, CancellationToken cancel)
    {
        var draft = line.Word == "file" ? new Draft { Files = [new DraftFile(line.Rest)] } : Draft(line.Rest);
        if (line.Word == "quote")
        {
            var quoted = Find(line.Number, isOurs: null, line.Number is null ? with : null);
            draft = draft with { Quote = (quoted.Author, quoted.Timestamp) };
        }

        var (timestamp, _) = await client.SendAsync(with, draft, cancel).ConfigureAwait(false);
        var said = line.Word == "file" ? $"[{Path.GetFileName(line.Rest)}]" : draft.Text ?? "";
        Show(Self, timestamp, $"{EventText.Time(timestamp)}  You: {Terminal.Clean(said)}  [{timestamp}]");
    }

    private static Draft Draft(string typed)
    {
        var (written, styles) = Markup.Parse(typed);
        return new Draft { Text = written.Length > 0 ? written : throw new UsageException("There is no text."), Styles = styles };
    }

    private static List<int> Choices(string rest) => [.. rest.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(word => int.TryParse(word, out var choice) && choice > 0 ? choice - 1 : throw new UsageException("/vote #N 1 2"))];

    /// <summary>A message by its number; without one the last, of ours or of an author where that is asked for.</summary>
    private (int Number, ServiceId Author, long Timestamp) Find(int? number, bool? isOurs, ServiceId? author = null)
    {
        (int Number, ServiceId Author, long Timestamp)[] all;
        lock (_gate)
        {
            all = [.. _messages];
        }

        var found = Array.FindLastIndex(all, one => (number is null || one.Number == number)
            && (isOurs is null || one.Author == Self == isOurs) && (author is null || one.Author == author));
        return found >= 0 ? all[found] : throw new UsageException(
            number is null ? "There is no such message yet." : $"There is no message #{number}{(isOurs == true ? " of yours" : "")} here.");
    }
}
