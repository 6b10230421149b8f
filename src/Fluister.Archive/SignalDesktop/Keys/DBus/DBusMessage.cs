using System.Security.Cryptography;

namespace Fluister.Archive.SignalDesktop.Keys.DBus;

/// <summary>Kinds of message (D-Bus specification, "Message Format").</summary>
internal enum DBusMessageType : byte
{
    MethodCall = 1,
    MethodReturn = 2,
    Error = 3,
    Signal = 4,
}

/// <summary>A message that came in; its body is cleared on disposal, because it may hold a secret.</summary>
internal sealed class DBusMessage : IDisposable
{
    /// <summary>Fixed part in front: four bytes, three numbers, of which the last is the length of the fields.</summary>
    public const int PrefixLength = 16;

    /// <summary>Longest message that is read. The bus allows 128 MiB; a keyring's answer is a few hundred bytes.</summary>
    public const int MaxLength = 1 << 20;

    private readonly byte[] _bytes;
    private readonly int _bodyStart;

    private DBusMessage(byte[] bytes)
    {
        _bytes = bytes;
        Type = (DBusMessageType)bytes[1];
        var reader = new DBusReader(bytes);
        for (var i = 0; i < 4; i++)
        {
            reader.Byte();
        }

        reader.UInt32();
        reader.UInt32();
        var end = reader.ArrayEnd(8);
        while (reader.Position < end)
        {
            reader.Align(8);
            ReadField(ref reader);
        }

        if (reader.Position != end)
        {
            throw DBusReader.Malformed();
        }

        reader.Align(8);
        _bodyStart = reader.Position;
    }

    public DBusMessageType Type { get; }

    public uint ReplySerial { get; private set; }

    public string? Path { get; private set; }

    public string? Interface { get; private set; }

    public string? Member { get; private set; }

    public string? ErrorName { get; private set; }

    public string BodySignature { get; private set; } = "";

    /// <summary>Length of the whole message whose first <see cref="PrefixLength"/> bytes these are.</summary>
    /// <exception cref="DBusException">They are not a message's, or it is too long.</exception>
    public static int LengthOf(ReadOnlySpan<byte> prefix)
    {
        // 'l': little-endian. A peer on the same machine has the same order; the protocol's version is 1.
        if (prefix[0] != 'l' || prefix[3] != 1)
        {
            throw DBusReader.Malformed();
        }

        var reader = new DBusReader(prefix);
        reader.UInt32();
        long body = reader.UInt32();
        reader.UInt32();
        long fields = reader.UInt32();
        var length = PrefixLength + ((fields + 7) / 8 * 8) + body;
        return length <= MaxLength ? (int)length : throw new DBusException($"it sent a message of more than {MaxLength} bytes");
    }

    /// <summary>Takes over <paramref name="bytes"/>, a whole message.</summary>
    public static DBusMessage Parse(byte[] bytes)
    {
        try
        {
            return new DBusMessage(bytes);
        }
        catch
        {
            CryptographicOperations.ZeroMemory(bytes);
            throw;
        }
    }

    /// <summary>The body, which must have this signature.</summary>
    public DBusReader Body(string signature) =>
        BodySignature == signature ? new DBusReader(_bytes.AsSpan(_bodyStart)) : throw DBusReader.Malformed();

    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);

    private void ReadField(ref DBusReader reader)
    {
        var code = reader.Byte();
        var signature = reader.Signature();
        switch (code, signature)
        {
            case (1, "o"):
                Path = reader.String();
                break;
            case (2, "s"):
                Interface = reader.String();
                break;
            case (3, "s"):
                Member = reader.String();
                break;
            case (4, "s"):
                ErrorName = reader.String();
                break;
            case (5, "u"):
                ReplySerial = reader.UInt32();
                break;
            case (8, "g"):
                BodySignature = reader.Signature();
                break;
            default:
                reader.Skip(signature);
                break;
        }
    }
}
