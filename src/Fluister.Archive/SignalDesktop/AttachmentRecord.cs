using System.Text.Json;
using Fluister.Archive.Conversations;

namespace Fluister.Archive.SignalDesktop;

/// <summary>An attachment as JSON or the table message_attachments has it, before it becomes part of the model.</summary>
internal sealed class AttachmentRecord
{
    /// <summary>AttachmentPointer.Flags.VOICE_MESSAGE.</summary>
    private const long VoiceMessage = 1;

    public string? ContentType { get; set; }

    public string? FileName { get; set; }

    public string? Caption { get; set; }

    public string? Path { get; set; }

    public string? LocalKey { get; set; }

    public long? Size { get; set; }

    public long Version { get; set; }

    public long? Width { get; set; }

    public long? Height { get; set; }

    public long Flags { get; set; }

    /// <summary>The words of a story that is text.</summary>
    public string? StoryText { get; set; }

    /// <summary>The small picture that stands for the file in quotes.</summary>
    public AttachmentRecord? Thumbnail { get; set; }

    /// <summary>Reads one; null where the value is no object.</summary>
    public static AttachmentRecord? Read(ref Utf8JsonReader reader)
    {
        if (!Json.Object(ref reader))
        {
            return null;
        }

        var record = new AttachmentRecord();
        while (Json.Property(ref reader, out var field))
        {
            switch (field)
            {
                case Field.ContentType: record.ContentType = Json.Text(ref reader); break;
                case Field.FileName: record.FileName = Json.Text(ref reader); break;
                case Field.Caption: record.Caption = Json.Text(ref reader); break;
                case Field.Path: record.Path = Json.Text(ref reader); break;
                case Field.LocalKey: record.LocalKey = Json.Text(ref reader); break;
                case Field.Size: record.Size = Json.Number(ref reader); break;
                case Field.Version: record.Version = Json.Number(ref reader) ?? 0; break;
                case Field.Width: record.Width = Json.Number(ref reader); break;
                case Field.Height: record.Height = Json.Number(ref reader); break;
                case Field.Flags: record.Flags = Json.Number(ref reader) ?? 0; break;
                case Field.Thumbnail: record.Thumbnail = Read(ref reader); break;
                case Field.TextAttachment: record.StoryText = ReadText(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        return record;
    }

    /// <summary>All of an array.</summary>
    public static List<AttachmentRecord> ReadAll(ref Utf8JsonReader reader)
    {
        var records = new List<AttachmentRecord>();
        if (Json.Array(ref reader))
        {
            while (Json.Element(ref reader))
            {
                if (Read(ref reader) is { } record)
                {
                    records.Add(record);
                }
            }
        }

        return records;
    }

    /// <summary>The model's form.</summary>
    public Attachment ToAttachment() => new()
    {
        ContentType = string.IsNullOrWhiteSpace(ContentType) ? "application/octet-stream" : ContentType,
        FileName = string.IsNullOrWhiteSpace(FileName) ? null : FileName,
        Caption = string.IsNullOrEmpty(Caption) ? null : Caption,
        Path = string.IsNullOrEmpty(Path) ? null : Path,
        LocalKey = LocalKey,
        Size = Size is >= 0 ? Size : null,
        Version = (int)Math.Clamp(Version, 0, int.MaxValue),
        Width = Pixels(Width),
        Height = Pixels(Height),
        IsVoiceMessage = (Flags & VoiceMessage) != 0,
    };

    /// <summary>For a quote: the quoted file's type and name, with the thumbnail's bytes.</summary>
    public Attachment ToQuotedAttachment()
    {
        var shown = Thumbnail ?? this;
        return shown.ToAttachment() with
        {
            ContentType = string.IsNullOrWhiteSpace(ContentType) ? "application/octet-stream" : ContentType,
            FileName = string.IsNullOrWhiteSpace(FileName) ? null : FileName,
        };
    }

    private static int? Pixels(long? value) => value is > 0 and <= int.MaxValue ? (int)value : null;

    private static string? ReadText(ref Utf8JsonReader reader)
    {
        string? text = null;
        if (Json.Object(ref reader))
        {
            while (Json.Property(ref reader, out var field))
            {
                if (field == Field.Text)
                {
                    text = Json.Text(ref reader);
                }
                else
                {
                    reader.Skip();
                }
            }
        }

        return text;
    }
}
