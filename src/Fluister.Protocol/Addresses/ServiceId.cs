using System.Buffers;

namespace Fluister.Protocol.Addresses;

/// <summary>The two namespaces of accounts' ids.</summary>
public enum ServiceIdKind : byte
{
    /// <summary>The account itself.</summary>
    Aci = 0,

    /// <summary>The account as its phone number shows it.</summary>
    Pni = 1,
}

/// <summary>By which id an account is reached: a UUID in one of two namespaces.</summary>
public readonly record struct ServiceId(ServiceIdKind Kind, Guid Uuid)
{
    /// <summary>Bytes of the form of fixed width.</summary>
    public const int FixedWidthBytes = 17;

    private const string PniPrefix = "PNI:";

    private static readonly SearchValues<char> UuidCharacters = SearchValues.Create("0123456789abcdefABCDEF-");

    /// <summary>An account's id.</summary>
    public static ServiceId Aci(Guid uuid) => new(ServiceIdKind.Aci, uuid);

    /// <summary>A phone number's id.</summary>
    public static ServiceId Pni(Guid uuid) => new(ServiceIdKind.Pni, uuid);

    /// <summary>Reads the text form: a UUID, for a PNI after "PNI:".</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ServiceId id)
    {
        var isPni = text.StartsWith(PniPrefix, StringComparison.Ordinal);
        var digits = isPni ? text[PniPrefix.Length..] : text;

        // .NET alone would also take spaces around it, and signs and prefixes of numbers within.
        var parsed = Guid.TryParseExact(digits, "D", out var uuid) && digits.Length == 36 && !digits.ContainsAnyExcept(UuidCharacters);
        id = parsed ? new ServiceId(isPni ? ServiceIdKind.Pni : ServiceIdKind.Aci, uuid) : default;
        return parsed;
    }

    /// <summary>Reads the binary form: 16 bytes for an ACI, 17 with the kind before them for a PNI.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ServiceId id)
    {
        if (bytes.Length == 16)
        {
            id = Aci(new Guid(bytes, bigEndian: true));
            return true;
        }

        return TryReadFixedWidth(bytes, out id) && id.Kind != ServiceIdKind.Aci;
    }

    /// <summary>Reads the form of fixed width: the kind, then the UUID.</summary>
    public static bool TryReadFixedWidth(ReadOnlySpan<byte> bytes, out ServiceId id)
    {
        if (bytes.Length != FixedWidthBytes || bytes[0] > (byte)ServiceIdKind.Pni)
        {
            id = default;
            return false;
        }

        id = new ServiceId((ServiceIdKind)bytes[0], new Guid(bytes[1..], bigEndian: true));
        return true;
    }

    /// <summary>The binary form: 16 bytes for an ACI, 17 for a PNI.</summary>
    public byte[] ToBytes()
    {
        Span<byte> bytes = stackalloc byte[FixedWidthBytes];
        WriteFixedWidth(bytes);
        return (Kind == ServiceIdKind.Aci ? bytes[1..] : bytes).ToArray();
    }

    /// <summary>Writes the form of fixed width, 17 bytes.</summary>
    public void WriteFixedWidth(Span<byte> bytes)
    {
        bytes[0] = (byte)Kind;
        Uuid.TryWriteBytes(bytes[1..FixedWidthBytes], bigEndian: true, out _);
    }

    /// <summary>The text form, as in addresses and certificates.</summary>
    public override string ToString() => Kind == ServiceIdKind.Pni ? $"{PniPrefix}{Uuid}" : Uuid.ToString();
}
