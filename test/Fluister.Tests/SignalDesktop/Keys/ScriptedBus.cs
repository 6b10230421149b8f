using System.Net.Sockets;

namespace Fluister.Tests.SignalDesktop.Keys;

/// <summary>A bus that says what a test scripts: it logs the client in, then answers each message with given bytes.</summary>
internal sealed class ScriptedBus : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fluister-bus-").FullName;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Thread _thread;

    /// <param name="login">What it answers to AUTH and to DATA.</param>
    /// <param name="answer">From a client's message and its number (1 is Hello), what is sent back; null hangs up.</param>
    public ScriptedBus(string[] login, Func<int, byte[], IEnumerable<byte[]>?> answer)
    {
        EndPoint = new UnixDomainSocketEndPoint(Path.Combine(_folder, "bus"));
        _listener.Bind(EndPoint);
        _listener.Listen();
        _thread = new Thread(() => Serve(login, answer)) { IsBackground = true };
        _thread.Start();
    }

    public UnixDomainSocketEndPoint EndPoint { get; }

    /// <summary>Logs in and answers Hello as it should be, and the rest by the script.</summary>
    public static ScriptedBus Behaved(Func<byte[], IEnumerable<byte[]>?> answer) => new(
        ["DATA\r\n", "OK 0123456789abcdef0123456789abcdef\r\n"],
        (number, message) => number == 1 ? [Reply(message, "s", [5, 0, 0, 0, .. ":1.12"u8, 0])] : answer(message));

    /// <summary>A method's return to <paramref name="call"/>; by the specification's own layout, written down here a second time.</summary>
    public static byte[] Reply(byte[] call, string signature, byte[] body, byte type = 2, byte order = (byte)'l', byte version = 1)
    {
        List<byte> fields = [5, 1, (byte)'u', 0, .. call[8..12]];
        if (type == 3)
        {
            fields.AddRange([4, 1, (byte)'s', 0, 5, 0, 0, 0, .. "a.b\n\t"u8, 0]);
            Pad(fields);
        }

        fields.AddRange([8, 1, (byte)'g', 0, (byte)signature.Length, .. signature.Select(c => (byte)c), 0]);
        List<byte> message =
        [
            order, type, 0, version, .. BitConverter.GetBytes(body.Length), 1, 0, 0, 0, .. BitConverter.GetBytes(fields.Count), .. fields,
        ];
        Pad(message);
        return [.. message, .. body];
    }

    public void Dispose()
    {
        _listener.Dispose();
        _thread.Join();
        Directory.Delete(_folder, recursive: true);
    }

    private static void Pad(List<byte> bytes)
    {
        while (bytes.Count % 8 != 0)
        {
            bytes.Add(0);
        }
    }

    private void Serve(string[] login, Func<int, byte[], IEnumerable<byte[]>?> answer)
    {
        try
        {
            using var client = _listener.Accept();
            using var stream = new NetworkStream(client);
            foreach (var line in login)
            {
                ReadLine(stream);
                stream.Write(System.Text.Encoding.ASCII.GetBytes(line));
            }

            if (login.Length < 2)
            {
                ReadLine(stream);
            }

            ReadLine(stream);
            for (var number = 1; ; number++)
            {
                if (answer(number, ReadMessage(stream)) is not { } chunks)
                {
                    return;
                }

                foreach (var chunk in chunks)
                {
                    stream.Write(chunk);
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The client hung up, or the test ended.
        }
    }

    private static void ReadLine(NetworkStream stream)
    {
        int next;
        do
        {
            next = stream.ReadByte();
        }
        while (next is not '\n' and not -1);
    }

    private static byte[] ReadMessage(NetworkStream stream)
    {
        var prefix = new byte[16];
        stream.ReadExactly(prefix);
        var rest = new byte[((BitConverter.ToInt32(prefix, 12) + 7) / 8 * 8) + BitConverter.ToInt32(prefix, 4)];
        stream.ReadExactly(rest);
        return [.. prefix, .. rest];
    }
}
