using Fluister.Archive.Conversations;
using Fluister.Archive.Exports.Output;

namespace Fluister.Archive.Exports;

/// <summary>What is counted while an archive is read.</summary>
internal sealed class Tally(Selection selection, Media media, ExportOptions options, IProgress<ExportProgress>? progress,
    CancellationToken cancel)
{
    private const int ProgressStep = 1024;

    private readonly (long Disappearing, long ViewOnce) _before = (selection.OmittedDisappearing, selection.OmittedViewOnce);

    internal long Messages { get; private set; }

    internal Totals Totals => new(
        Messages,
        selection.OmittedDisappearing - _before.Disappearing,
        selection.OmittedViewOnce - _before.ViewOnce,
        media.Missing,
        media.Damaged);

    /// <summary>Counts a message.</summary>
    internal void Count()
    {
        cancel.ThrowIfCancellationRequested();
        if (++Messages % ProgressStep == 0)
        {
            progress?.Report(new ExportProgress(Messages, options.ExpectedMessages));
        }
    }

    /// <summary>Says that all is read.</summary>
    internal void End()
    {
        cancel.ThrowIfCancellationRequested();
        progress?.Report(new ExportProgress(Messages, Messages));
    }

    internal ExportReport Report(int conversations, int files, long bytes)
    {
        var totals = Totals;
        return new ExportReport
        {
            Messages = totals.Messages,
            Conversations = conversations,
            Files = files,
            Bytes = bytes,
            OmittedDisappearing = totals.OmittedDisappearing,
            OmittedViewOnce = totals.OmittedViewOnce,
            MissingMedia = totals.MissingMedia,
            DamagedMedia = totals.DamagedMedia,
        };
    }
}
