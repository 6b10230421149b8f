using System.Text.Json.Nodes;
using Fluister.Client.Store;

namespace Fluister.Client.Contents;

/// <summary>Tells how far a file is: at its end, and at most every <see cref="ClientLimits.TransferReportBytes"/> before.</summary>
internal sealed class TransferReport(ClientContext context, StoredMessage message, JsonObject file, bool isUpload)
    : IProgress<(long Done, long Total)>
{
    private readonly int _index = IndexOf(message, file);
    private long _told;

    /// <summary>The place of a file among a message's attachments; -1 for a long text, a preview's picture and the like.</summary>
    public static int IndexOf(StoredMessage message, JsonObject file) =>
        AttachmentRows.Files(message.Json)
            .Where(known => known.Edit < 0 && known.Kind == "attachment" && ReferenceEquals(known.File, file))
            .Select(known => known.Order).FirstOrDefault(-1);

    /// <inheritdoc/>
    public void Report((long Done, long Total) value)
    {
        if (value.Done - _told >= ClientLimits.TransferReportBytes || value.Done == value.Total)
        {
            _told = value.Done;
            context.Tell(new TransferProgress(message.Id, _index, isUpload, value.Done, value.Total));
        }
    }
}
