using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Fluister.Benchmarks.Server;

/// <summary>A client's connection over TLS, made to cost little: one loop reads, whoever has something appends it to a buffer, and what
/// has gathered leaves with one write.</summary>
internal abstract class LoadSocket : IDisposable
{
    private const int BufferBytes = 32 * 1024;
    private readonly Lock _gate = new();
    private readonly TcpClient _connection;
    private byte[] _waiting = new byte[BufferBytes];
    private byte[] _leaving = new byte[BufferBytes];
    private byte[] _come = new byte[BufferBytes];
    private Stream _stream;
    private int _waitingLength;
    private int _comeLength;
    private bool _isWriting;

    /// <summary>Takes an open connection.</summary>
    protected LoadSocket(TcpClient connection) => (_connection, _stream) = (connection, connection.GetStream());

    /// <summary>Opens a connection to this machine.</summary>
    protected static async Task<TcpClient> OpenAsync(int port)
    {
        var connection = new TcpClient { NoDelay = true };
        await connection.ConnectAsync("127.0.0.1", port);
        return connection;
    }

    /// <summary>Goes over to TLS. The server is this process's child, whose certificate is not looked at.</summary>
    protected async Task SecureAsync(string host = "localhost")
    {
        var secure = new SslStream(_stream);
        await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = host,
#pragma warning disable CA5359 // A benchmark's own child on this machine.
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
        });
        _stream = secure;
    }

    /// <summary>Appends a message; it leaves with <see cref="Flush"/>.</summary>
    public void Post(ReadOnlySpan<byte> message)
    {
        lock (_gate)
        {
            _waitingLength += Frame(message, Room(MostBytes(message.Length)));
        }
    }

    /// <summary>Sends what was appended.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (_isWriting || _waitingLength == 0)
            {
                return;
            }

            _isWriting = true;
        }

        _ = WriteAsync();
    }

    /// <summary>Reads until the connection ends, which is never a good end.</summary>
    public async Task ReadAsync(IReceiver receiver)
    {
        while (true)
        {
            Take(receiver);
            await ReadMoreAsync();
        }
    }

    /// <summary>Cuts the connection.</summary>
    public void Dispose()
    {
        _connection.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Sends a text at once, before messages are.</summary>
    protected ValueTask SayAsync(string text) => _stream.WriteAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Reads text up to an end, before messages are read.</summary>
    protected async Task<string> HearAsync(string end)
    {
        var bytes = Encoding.UTF8.GetBytes(end);
        int at;
        while ((at = _come.AsSpan(0, _comeLength).IndexOf(bytes)) < 0)
        {
            await ReadMoreAsync();
        }

        var text = Encoding.UTF8.GetString(_come, 0, at + bytes.Length);
        Drop(at + bytes.Length);
        return text;
    }

    /// <summary>Most bytes that a message of a length takes on the wire.</summary>
    protected abstract int MostBytes(int length);

    /// <summary>Writes a message as it goes over the wire, and gives its length there.</summary>
    protected abstract int Frame(ReadOnlySpan<byte> message, Span<byte> wire);

    /// <summary>The first message of what has come.</summary>
    /// <returns>How many bytes it took; 0 where it is not whole yet.</returns>
    protected abstract int Unframe(ReadOnlySpan<byte> come, out ReadOnlySpan<byte> message);

    /// <summary>Appends what is as it goes over the wire already.</summary>
    protected void PostFramed(ReadOnlySpan<byte> wire)
    {
        lock (_gate)
        {
            wire.CopyTo(Room(wire.Length));
            _waitingLength += wire.Length;
        }
    }

    private Span<byte> Room(int bytes)
    {
        if (_waitingLength + bytes > _waiting.Length)
        {
            Array.Resize(ref _waiting, Math.Max(_waiting.Length * 2, _waitingLength + bytes));
        }

        return _waiting.AsSpan(_waitingLength);
    }

    private async ValueTask ReadMoreAsync()
    {
        if (_comeLength == _come.Length)
        {
            Array.Resize(ref _come, _come.Length * 2);
        }

        var read = await _stream.ReadAsync(_come.AsMemory(_comeLength));
        _comeLength += read > 0 ? read : throw new EndOfStreamException(
            $"The server has closed the connection: {Encoding.UTF8.GetString(_come, 0, _comeLength)}");
    }

    private void Drop(int bytes)
    {
        _comeLength -= bytes;
        _come.AsSpan(bytes, _comeLength).CopyTo(_come);
    }

    private void Take(IReceiver receiver)
    {
        var from = 0;
        while (from < _comeLength && Unframe(_come.AsSpan(from, _comeLength - from), out var message) is > 0 and var taken)
        {
            from += taken;
            if (!message.IsEmpty)
            {
                receiver.Received(this, message);
            }
        }

        Drop(from);
        receiver.Flush();
        Flush();
    }

    private async Task WriteAsync()
    {
        try
        {
            while (true)
            {
                int length;
                lock (_gate)
                {
                    length = _waitingLength;
                    if (length == 0)
                    {
                        _isWriting = false;
                        return;
                    }

                    (_waiting, _leaving, _waitingLength) = (_leaving, _waiting, 0);
                }

                await _stream.WriteAsync(_leaving.AsMemory(0, length));
            }
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The reader hears of it.
            _connection.Dispose();
        }
    }
}
