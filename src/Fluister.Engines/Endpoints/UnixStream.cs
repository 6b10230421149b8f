using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;

namespace Fluister.Engines.Endpoints;

/// <summary>A connection to a Unix domain socket on Linux, without <see cref="Socket"/>: on its first use that opens internet sockets to
/// find out whether the system has any, and Fluister opens none.</summary>
internal sealed partial class UnixStream : Stream
{
    private const int LongestPath = 107;
    private const int Chunk = 32 << 10;
    private const int Chunks = 16;

    private readonly SafeFileHandle _socket;
    private readonly Channel<byte[]> _read = Channel.CreateBounded<byte[]>(Chunks);
    private ReadOnlyMemory<byte> _left;
    private int _isClosed;

    private UnixStream(SafeFileHandle socket)
    {
        _socket = socket;
        new Thread(Read) { IsBackground = true, Name = "engine socket" }.Start();
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Connects, which a socket of this kind does at once or not at all.</summary>
    /// <exception cref="SocketException">Nobody listens there.</exception>
    public static unsafe UnixStream Connect(string path)
    {
        // sys/socket.h, sys/un.h
        const int Unix = 1, StreamOnExecClosed = 0x80001;
        var name = Encoding.UTF8.GetBytes(path);
        if (name.Length is 0 or > LongestPath)
        {
            throw new SocketException((int)SocketError.AddressNotAvailable);
        }

        byte[] address = [Unix, 0, .. name, 0];
        var socket = MakeSocket(Unix, StreamOnExecClosed, 0);
        fixed (byte* first = address)
        {
            if (socket.IsInvalid || Connect(socket, first, (uint)address.Length) != 0)
            {
                socket.Dispose();
                throw new SocketException((int)SocketError.ConnectionRefused);
            }
        }

        return new UnixStream(socket);
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_left.IsEmpty)
        {
            if (!await _read.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                return 0;
            }

            if (buffer.IsEmpty)
            {
                // Only whether there is something.
                return 0;
            }

            _ = _read.Reader.TryRead(out var chunk);
            _left = chunk;
        }

        var count = Math.Min(buffer.Length, _left.Length);
        _left[..count].CopyTo(buffer);
        _left = _left[count..];
        return count;
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var stop = cancellationToken.Register(End);
        await Task.Run(() => Send(buffer.Span), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Send(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override void Flush()
    {
        // Nothing is held back.
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        End();
        base.Dispose(disposing);
    }

    // Wakes whoever reads or writes; the thread that reads then lets go of the socket.
    private void End()
    {
        const int Both = 2;
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
        {
            return;
        }

        try
        {
            _ = Shutdown(_socket, Both);
        }
        catch (ObjectDisposedException)
        {
            // The other side was first.
        }

        _read.Writer.TryComplete();
    }

    private void Read()
    {
        var buffer = new byte[Chunk];
        try
        {
            while (Receive(_socket, buffer, (nuint)buffer.Length, 0) is var count && (count > 0 || IsInterrupted(count)))
            {
                if (count < 0)
                {
                    continue;
                }

                var chunk = buffer[..(int)count];
                while (!_read.Writer.TryWrite(chunk))
                {
                    // Who does not read for long is waited for here, and then so is the server.
                    if (Volatile.Read(ref _isClosed) != 0)
                    {
                        return;
                    }

                    Thread.Sleep(1);
                }
            }
        }
        finally
        {
            _read.Writer.TryComplete();
            _socket.Dispose();
        }
    }

    private unsafe void Send(ReadOnlySpan<byte> bytes)
    {
        const int NoSignal = 0x4000;
        try
        {
            fixed (byte* first = bytes)
            {
                for (nint sent = 0; sent < bytes.Length;)
                {
                    var count = Transmit(_socket, first + sent, (nuint)(bytes.Length - sent), NoSignal);
                    sent += count > 0 ? count : IsInterrupted(count) ? 0 : throw new IOException("The engine has closed the connection.");
                }
            }
        }
        catch (ObjectDisposedException exception)
        {
            throw new IOException("The connection to the engine is closed.", exception);
        }
    }

    // errno.h: a signal came in between.
    private static bool IsInterrupted(nint result) => result < 0 && Marshal.GetLastPInvokeError() == 4;

    [LibraryImport("libc", EntryPoint = "socket")]
    private static partial SafeFileHandle MakeSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "connect")]
    private static unsafe partial int Connect(SafeFileHandle socket, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(SafeFileHandle socket, [Out] byte[] buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static unsafe partial nint Transmit(SafeFileHandle socket, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "shutdown")]
    private static partial int Shutdown(SafeFileHandle socket, int how);
}
