using Fluister.Protocol.Addresses;
using Google.Protobuf;

namespace Fluister.Cli.Accounts;

/// <summary>Service ids in messages, which have them as bytes, as text, or both.</summary>
internal static class Ids
{
    /// <summary>Null where neither form holds one.</summary>
    public static ServiceId? Read(ByteString bytes, string text) =>
        ServiceId.TryRead(bytes.Span, out var id) || ServiceId.TryParse(text, out id) ? id : null;
}
