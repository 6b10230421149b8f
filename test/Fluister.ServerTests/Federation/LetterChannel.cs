using System.Threading.Channels;
using Fluister.Server.Mailboxes;
using Fluister.Wire.Protos;

namespace Fluister.ServerTests.Federation;

/// <summary>A device that takes what its mailbox is handed.</summary>
internal sealed class LetterChannel : IMailboxWatcher
{
    private readonly Channel<Letter> _letters = Channel.CreateUnbounded<Letter>();

    /// <summary>Watches a mailbox from now on.</summary>
    public static LetterChannel Of(TestServer server, TestAccount account, int device = 1)
    {
        var channel = new LetterChannel();
        server.Home.Mailboxes.Watch(new MailboxKey(account.Account.Aci, device), channel);
        return channel;
    }

    /// <summary>How many wait to be read.</summary>
    public int Count => _letters.Reader.Count;

    /// <summary>The next.</summary>
    public ValueTask<Letter> ReadAsync() => _letters.Reader.ReadAsync(TestContext.Current.CancellationToken);

    /// <summary>The next one's envelope.</summary>
    public async Task<Envelope> EnvelopeAsync() => Envelope.Parser.ParseFrom((await ReadAsync()).Whole);

    void IMailboxWatcher.Hand(Letter letter) => _letters.Writer.TryWrite(letter);

    void IMailboxWatcher.TakenOut(int letters)
    {
    }

    void IMailboxWatcher.NotTakenOut(int letters)
    {
    }

    void IMailboxWatcher.Gone()
    {
    }
}
