using System.Text.Json.Nodes;
using Fluister.Wire.Protos;

namespace Fluister.Client.Contents;

/// <summary>Previews of links.</summary>
internal static class PreviewParts
{
    /// <summary>The store's form: one at most, and only of a link that stands in the text, so that nobody is shown one place and led to
    /// another.</summary>
    public static JsonArray Read(IEnumerable<Preview> previews, string? body, DateTimeOffset now)
    {
        var list = new JsonArray();
        foreach (var preview in previews.Take(1))
        {
            if (!IsOfText(preview.Url, body))
            {
                continue;
            }

            var json = new JsonObject { ["url"] = preview.Url };
            json.Put("title", CleanText.Of(preview.Title));
            json.Put("description", CleanText.Of(preview.Description));
            json.Put("date", ContentIds.Timestamp(preview.Date));
            json.Put("image", AttachmentParts.Read(preview.Image, now));
            list.Add(json);
        }

        return list;
    }

    /// <summary>From the store's form to a message's.</summary>
    public static IEnumerable<Preview> Write(JsonObject message)
    {
        foreach (var json in message.Parts("preview"))
        {
            var preview = new Preview { Url = json.Text("url") ?? "", Title = json.Text("title") ?? "" };
            if (json.Text("description") is { } description)
            {
                preview.Description = description;
            }

            if (json.Number("date") is > 0 and var date)
            {
                preview.Date = (ulong)date;
            }

            if (json.Part("image") is { } image)
            {
                preview.Image = AttachmentParts.Write(image);
            }

            yield return preview;
        }
    }

    /// <summary>Whether a preview of this link may be shown with this text.</summary>
    public static bool IsOfText(string url, string? body) =>
        url.Length <= ClientLimits.FieldCharacters && body is not null && body.Contains(url, StringComparison.Ordinal)
        && Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && uri.UserInfo.Length == 0;
}
