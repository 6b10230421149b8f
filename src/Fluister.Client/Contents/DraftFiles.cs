using Fluister.Client.Attachments;

namespace Fluister.Client.Contents;

/// <summary>The files of a draft, taken into the account's files. They go again unless the message was written.</summary>
internal sealed class DraftFiles(AttachmentFiles files) : IDisposable
{
    private readonly List<TakenFile> _taken = [];
    private bool _isKept;

    /// <summary>What was taken in.</summary>
    public IReadOnlyList<TakenFile> Taken => _taken;

    /// <summary>The text, where it is too long for the message itself.</summary>
    public TakenFile? LongText { get; private set; }

    /// <summary>Takes in a file.</summary>
    public void Add(TakenFile file) => _taken.Add(file);

    /// <summary>Takes in the text.</summary>
    public void AddText(ReadOnlySpan<byte> utf8)
    {
        using var writer = files.Begin(utf8.Length);
        writer.Append(utf8);
        LongText = new TakenFile(new DraftFile("", AttachmentParts.LongText), writer.Complete());
    }

    /// <summary>The message is written: the files stay.</summary>
    public void Keep() => _isKept = true;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isKept)
        {
            return;
        }

        foreach (var file in _taken.Append(LongText).OfType<TakenFile>())
        {
            files.Delete(file.Local.Path);
        }
    }
}
