using Fluister.Protocol.AccountKeys;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Profiles;

namespace Fluister.Protocol.Provisioning;

public sealed partial record ProvisioningMessage
{
    private const int UuidBytes = 16;

    private static readonly System.Text.UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a message that was decrypted.</summary>
    /// <exception cref="ProtocolException">Malformed: the account's id or its identity key is missing; or a bad key.</exception>
    internal static ProvisioningMessage Read(ReadOnlySpan<byte> bytes)
    {
        Span<Range> fields = stackalloc Range[19];
        fields.Clear();
        uint version = 0;
        var readReceipts = false;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 7:
                    readReceipts = reader.Bool();
                    break;
                case 9:
                    version = reader.UInt32();
                    break;
                case <= 18:
                    fields[(int)reader.Field] = RangeOf(bytes, reader.Bytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        var pool = Text(bytes[fields[15]]);
        AccountEntropyPool? entropyPool = null;
        if (pool is not null && !AccountEntropyPool.TryParse(pool, out entropyPool))
        {
            throw Malformed("An account entropy pool must be 64 digits and small letters.");
        }

        return new ProvisioningMessage
        {
            Aci = Id(ServiceIdKind.Aci, bytes[fields[17]], bytes[fields[8]])
                ?? throw Malformed("A provisioning message must have the account's id."),
            Pni = Id(ServiceIdKind.Pni, bytes[fields[18]], bytes[fields[10]]),
            AciIdentity = Identity(bytes[fields[2]], bytes[fields[1]])
                ?? throw Malformed("A provisioning message must have an identity key."),
            PniIdentity = Identity(bytes[fields[12]], bytes[fields[11]]),
            Number = Text(bytes[fields[3]]),
            Code = Text(bytes[fields[4]]),
            UserAgent = Text(bytes[fields[5]]),
            ReadReceipts = readReceipts,
            Version = version,
            ProfileKey = bytes[fields[6]] is { IsEmpty: false } profileKey ? new ProfileKey(profileKey) : null,
            SvrKey = bytes[fields[13]] is { IsEmpty: false } svrKey ? new SvrKey(svrKey) : null,
            EntropyPool = entropyPool,
            EphemeralBackupKey = bytes[fields[14]] is { IsEmpty: false } ephemeral ? new BackupKey(ephemeral) : null,
            MediaRootBackupKey = bytes[fields[16]] is { IsEmpty: false } media ? new BackupKey(media) : null,
        };
    }

    /// <summary>Writes the message; the caller clears it.</summary>
    internal byte[] Write()
    {
        using var writer = new ProtoWriter(1024);
        writer.Bytes(1, AciIdentity.Public.Serialized);
        writer.Bytes(2, AciIdentity.Private.Reveal());
        WriteText(writer, 3, Number);
        WriteText(writer, 4, Code);
        WriteText(writer, 5, UserAgent);
        writer.NonEmpty(6, ProfileKey is null ? default : ProfileKey.Reveal());
        writer.UInt64(7, ReadReceipts ? 1UL : 0);
        WriteText(writer, 8, Aci.Uuid.ToString());
        writer.UInt64(9, Version);
        WriteText(writer, 10, Pni?.Uuid.ToString());
        if (PniIdentity is not null)
        {
            writer.Bytes(11, PniIdentity.Public.Serialized);
            writer.Bytes(12, PniIdentity.Private.Reveal());
        }

        writer.NonEmpty(13, SvrKey is null ? default : SvrKey.Reveal());
        writer.NonEmpty(14, EphemeralBackupKey is null ? default : EphemeralBackupKey.Reveal());
        writer.NonEmpty(15, EntropyPool is null ? default : EntropyPool.Reveal());
        writer.NonEmpty(16, MediaRootBackupKey is null ? default : MediaRootBackupKey.Reveal());
        writer.Bytes(17, Aci.Uuid.ToByteArray(bigEndian: true));
        writer.NonEmpty(18, Pni is { } pni ? pni.Uuid.ToByteArray(bigEndian: true) : default);
        return writer.ToArray();
    }

    private static void WriteText(ProtoWriter writer, uint field, string? text) => writer.NonEmpty(field, Utf8.GetBytes(text ?? ""));

    // Where a part lies in the whole: spans cannot be kept in an array.
    private static Range RangeOf(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> part)
    {
        if (part.IsEmpty)
        {
            return default;
        }

        whole.Overlaps(part, out var start);
        return start..(start + part.Length);
    }

    private static ServiceId? Id(ServiceIdKind kind, ReadOnlySpan<byte> binary, ReadOnlySpan<byte> text)
    {
        if (binary.IsEmpty && text.IsEmpty)
        {
            return null;
        }

        if (binary.Length == UuidBytes)
        {
            return new ServiceId(kind, new Guid(binary, bigEndian: true));
        }

        // The text is a bare UUID for the PNI too.
        return binary.IsEmpty && ServiceId.TryParse(Text(text), out var id) && id.Kind == ServiceIdKind.Aci
            ? id with { Kind = kind }
            : throw Malformed("An id of a provisioning message must be a UUID.");
    }

    private static IdentityKeyPair? Identity(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> stated)
    {
        if (secret.IsEmpty)
        {
            return null;
        }

        var key = new PrivateKey(secret);
        var pair = new IdentityKeyPair(new IdentityKey(key.PublicKey()), key);
        return stated.IsEmpty || IdentityKey.Read(stated) == pair.Public
            ? pair
            : throw Malformed("The two halves of an identity key must belong together.");
    }

    private static string? Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return bytes.IsEmpty ? null : Utf8.GetString(bytes);
        }
        catch (System.Text.DecoderFallbackException)
        {
            throw Malformed("A text of a provisioning message must be UTF-8.");
        }
    }

    private static ProtocolException Malformed(string message) => new(ProtocolError.Malformed, message);
}
