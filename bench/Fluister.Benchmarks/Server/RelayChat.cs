namespace Fluister.Benchmarks.Server;

/// <summary>The floor's client: the payload as it is; eight bytes are its answer, and its acknowledgement.</summary>
internal sealed class RelayChat(int readers) : Chat(readers)
{
    private readonly byte[] _payload = new byte[PayloadBytes];

    /// <summary>Connects both ends of a pair.</summary>
    public static async Task<Chat> ConnectAsync(int port, int number)
    {
        var to = await WebSocketLoad.ConnectAsync(port, $"/to/{number}");
        var chat = new RelayChat(1) { From = await WebSocketLoad.ConnectAsync(port, $"/from/{number}") };
        chat.Read(chat.From);
        chat.Read(to);
        return chat;
    }

    /// <summary>Connects one who sends to somebody who is away.</summary>
    public static async Task<Chat> ConnectAsync(int port)
    {
        var chat = new RelayChat(0) { From = await WebSocketLoad.ConnectAsync(port, "/from/nobody") };
        chat.Read(chat.From);
        return chat;
    }

    /// <inheritdoc/>
    public override void Received(LoadSocket socket, ReadOnlySpan<byte> message)
    {
        if (socket == From)
        {
            Answered();
            return;
        }

        socket.Post(message[..Relay.AnswerBytes]);
        Arrived(BitConverter.ToInt64(message));
    }

    /// <inheritdoc/>
    protected override void Post(long stamp)
    {
        BitConverter.TryWriteBytes(_payload, stamp);
        From.Post(_payload);
    }
}
