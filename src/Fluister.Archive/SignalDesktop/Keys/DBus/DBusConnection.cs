using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Fluister.Archive.SignalDesktop.Keys.DBus;

// The keyring is asked over a Unix domain socket, which leads to this computer's session bus and nowhere else.
#pragma warning disable RS0030 // Socket is banned in this project; this file is the one exception.

/// <summary>A client on the session bus: method calls one at a time, and the signal that a call asks to wait for.</summary>
/// <remarks>
/// D-Bus specification 0.43. Only what keyrings need: no file descriptors, nothing exported. Each message is bounded in length and each
/// wait in time, whatever the other side sends.
/// </remarks>
internal sealed class DBusConnection : IDisposable
{
    /// <summary>Time for a call that nobody has to answer by hand.</summary>
    public static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Time for a call that a person answers, such as one that asks for a password.</summary>
    public static readonly TimeSpan PersonTimeout = TimeSpan.FromMinutes(2);

    private const int MaxAuthenticationLine = 1024;
    private const int MaxKeptSignals = 16;
    private const byte NoAutoStart = 2;

    private readonly Socket _socket;
    private readonly TimeSpan _timeout;
    private readonly List<DBusMessage> _signals = [];
    private uint _serial;
    private string? _awaitedPath;

    private DBusConnection(Socket socket, TimeSpan timeout) => (_socket, _timeout) = (socket, timeout);

    /// <summary>Connects, logs in as the person who runs the program, and says hello.</summary>
    /// <param name="endPoints">Tried in order.</param>
    /// <param name="timeout">For each step and each call.</param>
    /// <exception cref="DBusException">No bus answers there.</exception>
    public static DBusConnection Open(IReadOnlyList<UnixDomainSocketEndPoint> endPoints, TimeSpan timeout)
    {
        DBusException? first = null;
        foreach (var endPoint in endPoints)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            var connection = new DBusConnection(socket, timeout);
            try
            {
                socket.SendTimeout = (int)timeout.TotalMilliseconds;
                socket.Connect(endPoint);
                connection.Authenticate();
                connection.CallBus("Hello", "", null).Dispose();
                return connection;
            }
            catch (SocketException e)
            {
                connection.Dispose();
                first ??= new DBusException($"the session bus cannot be reached ({e.SocketErrorCode})", e);
            }
            catch (DBusException e)
            {
                connection.Dispose();
                first ??= e;
            }
        }

        throw first ?? new DBusException("no address of a session bus is known");
    }

    /// <summary>Calls a method and returns its answer, which the caller disposes.</summary>
    /// <param name="service">Name on the bus.</param>
    /// <param name="path">Object.</param>
    /// <param name="method">Interface and member, with a dot between.</param>
    /// <param name="signature">Of the arguments.</param>
    /// <param name="arguments">Writes them.</param>
    /// <param name="start">Let the bus start the service where it does not run.</param>
    /// <param name="timeout">Other than the connection's.</param>
    /// <exception cref="DBusException">No answer in time, an error, or a broken message.</exception>
    public DBusMessage Call(
        string service,
        string path,
        string method,
        string signature = "",
        Action<DBusWriter>? arguments = null,
        bool start = true,
        TimeSpan? timeout = null)
    {
        var deadline = Deadline(timeout ?? _timeout);
        var serial = ++_serial;
        Send(deadline, serial, service, path, method, signature, arguments, start ? (byte)0 : NoAutoStart);
        while (true)
        {
            var message = Receive(deadline);
            if (message.Type is DBusMessageType.MethodReturn or DBusMessageType.Error && message.ReplySerial == serial)
            {
                return message.Type == DBusMessageType.MethodReturn ? message : throw Failed(message);
            }

            KeepOrDrop(message);
        }
    }

    /// <summary>True where a service of this name runs.</summary>
    public bool Runs(string service)
    {
        using var reply = CallBus("NameHasOwner", "s", writer => writer.String(service));
        return reply.Body("b").Boolean();
    }

    /// <summary>From now on signals of this object are kept for <see cref="WaitForSignal"/>.</summary>
    public void Await(string service, string path, string @interface)
    {
        _awaitedPath = path;
        var rule = $"type='signal',sender='{service}',path='{path}',interface='{@interface}'";
        CallBus("AddMatch", "s", writer => writer.String(rule)).Dispose();
    }

    /// <summary>The next signal of this name from the awaited object; null where none came in time.</summary>
    public DBusMessage? WaitForSignal(string member, TimeSpan timeout)
    {
        var deadline = Deadline(timeout);
        while (true)
        {
            if (_signals.Find(signal => signal.Member == member) is { } found)
            {
                _signals.Remove(found);
                return found;
            }

            try
            {
                KeepOrDrop(Receive(deadline));
            }
            catch (DBusException) when (Stopwatch.GetTimestamp() >= deadline)
            {
                return null;
            }
        }
    }

    public void Dispose()
    {
        _signals.ForEach(signal => signal.Dispose());
        _socket.Dispose();
    }

    private static long Deadline(TimeSpan timeout) => Stopwatch.GetTimestamp() + (long)(timeout.TotalSeconds * Stopwatch.Frequency);

    private static DBusException Failed(DBusMessage message)
    {
        using (message)
        {
            // The text that comes with an error may hold anything; its name is enough, where it is one.
            var name = message.ErrorName ?? "";
            var plain = name.Length is > 0 and <= 255 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_');
            var text = name switch
            {
                "org.freedesktop.DBus.Error.ServiceUnknown" or "org.freedesktop.DBus.Error.NameHasNoOwner" => "it is not running",
                "org.freedesktop.DBus.Error.NoReply" => "it went away without an answer",
                _ => plain ? $"it answered {name}" : "it answered with an error",
            };
            return new DBusException(text) { ErrorName = plain ? name : null };
        }
    }

    private DBusMessage CallBus(string member, string signature, Action<DBusWriter>? arguments) =>
        Call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus." + member, signature, arguments);

    /// <summary>SASL EXTERNAL: the kernel tells the bus who we are, so that no name is sent.</summary>
    private void Authenticate()
    {
        var deadline = Deadline(_timeout);
        SendAll("\0AUTH EXTERNAL\r\n"u8, deadline);
        Expect("DATA", deadline);
        SendAll("DATA\r\n"u8, deadline);
        Expect("OK", deadline);
        SendAll("BEGIN\r\n"u8, deadline);
    }

    private void Expect(string word, long deadline)
    {
        Span<byte> line = stackalloc byte[MaxAuthenticationLine];
        for (var length = 0; length < line.Length; length++)
        {
            ReceiveAll(line.Slice(length, 1), deadline);
            if (line[length] != '\n')
            {
                continue;
            }

            var answer = Encoding.ASCII.GetString(line[..length]).TrimEnd('\r');
            if (answer != word && !answer.StartsWith(word + " ", StringComparison.Ordinal))
            {
                throw new DBusException("the session bus refused the login");
            }

            return;
        }

        throw new DBusException("the session bus does not speak D-Bus");
    }

    private void Send(
        long deadline, uint serial, string service, string path, string method, string signature, Action<DBusWriter>? arguments, byte flags)
    {
        using var body = new DBusWriter();
        arguments?.Invoke(body);
        using var message = new DBusWriter();
        message.Byte((byte)'l').Byte((byte)DBusMessageType.MethodCall).Byte(flags).Byte(1).UInt32((uint)body.Length).UInt32(serial);
        var dot = method.LastIndexOf('.');
        message.Array(8, () =>
        {
            Field(1, "o", path);
            Field(2, "s", method[..dot]);
            Field(3, "s", method[(dot + 1)..]);
            Field(6, "s", service);
            if (signature.Length > 0)
            {
                message.Align(8).Byte(8).Signature("g").Signature(signature);
            }
        });
        message.Align(8).Raw(body.Written);
        SendAll(message.Written, deadline);

        void Field(byte code, string type, string value) => message.Align(8).Byte(code).Signature(type).String(value);
    }

    private DBusMessage Receive(long deadline)
    {
        Span<byte> prefix = stackalloc byte[DBusMessage.PrefixLength];
        ReceiveAll(prefix, deadline);
        var bytes = GC.AllocateUninitializedArray<byte>(DBusMessage.LengthOf(prefix), pinned: true);
        prefix.CopyTo(bytes);
        try
        {
            ReceiveAll(bytes.AsSpan(prefix.Length), deadline);
        }
        catch
        {
            CryptographicOperations.ZeroMemory(bytes);
            throw;
        }

        return DBusMessage.Parse(bytes);
    }

    private void KeepOrDrop(DBusMessage message)
    {
        var awaited = message.Type == DBusMessageType.Signal && _awaitedPath is not null && message.Path == _awaitedPath;
        if (awaited && _signals.Count < MaxKeptSignals)
        {
            _signals.Add(message);
        }
        else
        {
            message.Dispose();
        }
    }

    private void SendAll(ReadOnlySpan<byte> bytes, long deadline)
    {
        try
        {
            while (bytes.Length > 0)
            {
                _socket.SendTimeout = Remaining(deadline);
                bytes = bytes[_socket.Send(bytes)..];
            }
        }
        catch (SocketException e)
        {
            throw Broken(e);
        }
    }

    private void ReceiveAll(Span<byte> bytes, long deadline)
    {
        try
        {
            while (bytes.Length > 0)
            {
                _socket.ReceiveTimeout = Remaining(deadline);
                var count = _socket.Receive(bytes);
                bytes = count > 0 ? bytes[count..] : throw new DBusException("the session bus hung up");
            }
        }
        catch (SocketException e)
        {
            throw Broken(e);
        }
    }

    private static int Remaining(long deadline)
    {
        var left = (deadline - Stopwatch.GetTimestamp()) * 1000 / Stopwatch.Frequency;
        return left > 0 ? (int)Math.Min(left, int.MaxValue) : throw Late();
    }

    private static DBusException Broken(SocketException e) =>
        e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock
            ? Late(e)
            : new($"the connection broke ({e.SocketErrorCode})", e);

    private static DBusException Late(Exception? inner = null) => new("it did not answer in time", inner);
}
