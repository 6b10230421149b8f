using System.Text.Json.Nodes;
using Google.Protobuf;
using Sticker = Fluister.Wire.Protos.DataMessage.Types.Sticker;

namespace Fluister.Client.Contents;

/// <summary>Stickers.</summary>
internal static class StickerParts
{
    private const int PackIdBytes = 16;
    private const int PackKeyBytes = 32;

    /// <summary>The store's form; null for one without its pack, or without its picture.</summary>
    public static JsonObject? Read(Sticker? sticker, DateTimeOffset now)
    {
        if (sticker is null || sticker.PackId.Length != PackIdBytes || sticker.PackKey.Length != PackKeyBytes
            || AttachmentParts.Read(sticker.Data, now) is not { } picture)
        {
            return null;
        }

        var json = new JsonObject
        {
            ["packId"] = Convert.ToHexStringLower(sticker.PackId.Span),
            ["packKey"] = Convert.ToBase64String(sticker.PackKey.Span),
            ["stickerId"] = (long)sticker.StickerId,
            ["data"] = picture,
        };
        json.Put("emoji", EmojiText.IsOne(sticker.Emoji) ? sticker.Emoji : null);
        return json;
    }

    /// <summary>From the store's form, with a picture that lies at the server, to a message's.</summary>
    public static Sticker? Write(JsonObject? json)
    {
        if (json?.Part("data") is not { } picture || AttachmentParts.Write(picture) is not { } pointer
            || json.Bytes("packKey") is not { } key)
        {
            return null;
        }

        var sticker = new Sticker
        {
            PackId = ByteString.CopyFrom(Convert.FromHexString(json.Text("packId") ?? "")),
            PackKey = ByteString.CopyFrom(key),
            StickerId = (uint)Math.Clamp(json.Number("stickerId") ?? 0, 0, uint.MaxValue),
            Data = pointer,
        };
        if (json.Text("emoji") is { } emoji)
        {
            sticker.Emoji = emoji;
        }

        return sticker;
    }
}
