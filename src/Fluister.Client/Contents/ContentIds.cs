using Fluister.Protocol.Addresses;
using Google.Protobuf;

namespace Fluister.Client.Contents;

/// <summary>Ids as content has them: in bytes, or as text of older clients.</summary>
internal static class ContentIds
{
    /// <summary>An account's id; null where there is none, or what stands there is none.</summary>
    public static ServiceId? Aci(ByteString bytes, string text) =>
        Any(bytes, text) is { Kind: ServiceIdKind.Aci } id ? id : null;

    /// <summary>An id of either kind; null where there is none, or what stands there is none.</summary>
    public static ServiceId? Any(ByteString bytes, string text) =>
        ServiceId.TryRead(bytes.Span, out var id) || ServiceId.TryParse(text, out id) ? id : null;

    /// <summary>As bytes of a message.</summary>
    public static ByteString ToByteString(this ServiceId id) => ByteString.CopyFrom(id.ToBytes());

    /// <summary>A sent timestamp as a message names it; null for one that no message can have.</summary>
    public static long? Timestamp(ulong value) => value is > 0 and <= (ulong)ClientLimits.LatestTimestamp ? (long)value : null;
}
