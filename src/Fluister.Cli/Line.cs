using System.Text;
using Fluister.Archive.Conversations;

namespace Fluister.Cli;

/// <summary>A message on one line.</summary>
internal static class Line
{
    /// <summary>When it was sent, by this computer's clock.</summary>
    public static string Time(Message message) =>
        message.SentAt.ToDateTimeOffset()?.ToLocalTime().ToString("yyyy-MM-dd HH:mm") ?? message.SentAt.ToString();

    /// <summary>Who said what, without anything that could harm a terminal.</summary>
    public static string Of(Message message)
    {
        var text = new StringBuilder(message.Body ?? message.Event?.Text);
        foreach (var attachment in message.Attachments)
        {
            text.Append(text.Length > 0 ? " " : "").Append('[').Append(attachment.FileName ?? attachment.ContentType).Append(']');
        }

        return $"{Terminal.Clean(message.Sender?.Name ?? "")}: {Terminal.Clean(text.ToString())}";
    }

    /// <summary>Both.</summary>
    public static string Timed(Message message) => $"{Time(message)}  {Of(message)}";
}
