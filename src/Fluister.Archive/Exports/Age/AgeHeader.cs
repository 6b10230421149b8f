using System.Security.Cryptography;
using System.Text;
using Fluister.Archive.Conversations;

namespace Fluister.Archive.Exports.Age;

/// <summary>The file key, wrapped for one recipient.</summary>
internal sealed record AgeStanza(IReadOnlyList<string> Arguments, byte[] Body)
{
    public string Type => Arguments[0];
}

/// <summary>The text that an age file starts with: the stanzas and their MAC.</summary>
internal sealed class AgeHeader
{
    private const int Columns = 64;
    private readonly byte[] _authenticated;
    private readonly byte[] _mac;

    private AgeHeader(IReadOnlyList<AgeStanza> stanzas, byte[] authenticated, byte[] mac)
        => (Stanzas, _authenticated, _mac) = (stanzas, authenticated, mac);

    public IReadOnlyList<AgeStanza> Stanzas { get; }

    public bool IsAuthentic(ReadOnlySpan<byte> fileKey)
        => CryptographicOperations.FixedTimeEquals(AgeFormat.Authenticate(fileKey, _authenticated), _mac);

    public static byte[] Write(IReadOnlyList<AgeStanza> stanzas, ReadOnlySpan<byte> fileKey)
    {
        var text = new StringBuilder(AgeFormat.Version).Append('\n');
        foreach (var stanza in stanzas)
        {
            text.Append("-> ").AppendJoin(' ', stanza.Arguments).Append('\n');
            var body = AgeFormat.ToBase64(stanza.Body);
            for (var i = 0; i + Columns <= body.Length; i += Columns)
            {
                text.Append(body, i, Columns).Append('\n');
            }

            text.Append(body, body.Length / Columns * Columns, body.Length % Columns).Append('\n');
        }

        text.Append("---");
        var mac = AgeFormat.Authenticate(fileKey, AgeFormat.Ascii(text.ToString()));
        return AgeFormat.Ascii(text.Append(' ').Append(AgeFormat.ToBase64(mac)).Append('\n').ToString());
    }

    /// <summary>Reads a header; what it costs is bounded by <see cref="AgeFormat.MaximumHeaderBytes"/>.</summary>
    public static AgeHeader Read(AgeInput input, string name)
    {
        var lines = new Lines(input, name);
        var version = lines.Next();
        if (!string.Equals(version, AgeFormat.Version, StringComparison.Ordinal))
        {
            throw Foreign(version, name);
        }

        var stanzas = new List<AgeStanza>();
        while (true)
        {
            var mark = lines.Position;
            var line = lines.Next();
            if (line.StartsWith("--- ", StringComparison.Ordinal))
            {
                var mac = AgeFormat.FromBase64(line[4..]);
                if (mac is not { Length: 32 } || stanzas.Count == 0)
                {
                    throw lines.Malformed();
                }

                return new AgeHeader(stanzas, lines.Until(mark + 3), mac);
            }

            if (stanzas.Count == AgeFormat.MaximumStanzas)
            {
                throw new ArchiveException(
                    ArchiveError.Unsupported,
                    $"{name} names more than {AgeFormat.MaximumStanzas} recipients, more than this program reads. "
                    + "Open it with age itself.");
            }

            stanzas.Add(ReadStanza(line, lines));
        }
    }

    private static AgeStanza ReadStanza(string line, Lines lines)
    {
        if (!line.StartsWith("-> ", StringComparison.Ordinal))
        {
            throw lines.Malformed();
        }

        var arguments = line[3..].Split(' ');
        if (arguments.Any(argument => argument.Length == 0))
        {
            throw lines.Malformed();
        }

        var body = new StringBuilder();
        string text;
        do
        {
            text = lines.Next();
            body.Append(text.Length <= Columns ? text : throw lines.Malformed());
        }
        while (text.Length == Columns);
        return new AgeStanza(arguments, AgeFormat.FromBase64(body.ToString()) ?? throw lines.Malformed());
    }

    private static ArchiveException Foreign(string version, string name)
    {
        if (version.StartsWith("-----BEGIN AGE", StringComparison.Ordinal))
        {
            return new ArchiveException(
                ArchiveError.Unsupported,
                $"{name} is an age file in ASCII armor, which this program does not read. Open it with age itself.");
        }

        return version.StartsWith("age-encryption.org/", StringComparison.Ordinal)
            ? new ArchiveException(
                ArchiveError.Unsupported, $"{name} is an age file of another version than v1. Open it with a newer age.")
            : new ArchiveException(ArchiveError.Damaged, $"{name} is not an age file. Check that it is the right file.");
    }

    // Lines of visible ASCII and spaces, each ended by a line feed.
    private sealed class Lines(AgeInput input, string name)
    {
        private readonly List<byte> _bytes = [];

        public int Position => _bytes.Count;

        public byte[] Until(int position) => [.. _bytes[..position]];

        public string Next()
        {
            var start = _bytes.Count;
            while (true)
            {
                var value = input.ReadByte();
                if (value < 0)
                {
                    throw start == 0
                        ? new ArchiveException(ArchiveError.Damaged, $"{name} is not an age file. Check that it is the right file.")
                        : new ArchiveException(ArchiveError.Damaged, $"{name} ends within its header. Fetch a whole copy.");
                }

                _bytes.Add((byte)value);
                if (value == '\n')
                {
                    return Encoding.ASCII.GetString([.. _bytes[start..^1]]);
                }

                if (value is < ' ' or > '~' || (start == 0 && _bytes.Count > 128))
                {
                    throw start == 0
                        ? new ArchiveException(ArchiveError.Damaged, $"{name} is not an age file. Check that it is the right file.")
                        : Malformed();
                }

                if (_bytes.Count > AgeFormat.MaximumHeaderBytes)
                {
                    throw new ArchiveException(
                        ArchiveError.Unsupported,
                        $"{name} has a header above {AgeFormat.MaximumHeaderBytes} bytes, more than this program "
                        + "reads. Open it with age itself.");
                }
            }
        }

        public ArchiveException Malformed()
            => new(ArchiveError.Damaged, $"The header of {name} is not well formed: the file is damaged. Fetch another copy.");
    }
}
