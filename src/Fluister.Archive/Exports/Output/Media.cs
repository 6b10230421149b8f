using Fluister.Archive.Conversations;

namespace Fluister.Archive.Exports.Output;

/// <summary>Why an attachment's bytes are not in the export.</summary>
internal enum MediaState
{
    /// <summary>They are.</summary>
    Present,

    /// <summary>Nobody asked for them.</summary>
    NotAsked,

    /// <summary>The store does not have them.</summary>
    Missing,

    /// <summary>They are not authentic.</summary>
    Damaged,

    /// <summary>They are more than the limit.</summary>
    TooLarge,
}

/// <summary>Where an attachment went.</summary>
/// <param name="State">Whether it went anywhere.</param>
/// <param name="File">Path within the export, with "/"; null unless <see cref="MediaState.Present"/>.</param>
internal readonly record struct MediaPlace(MediaState State, string? File)
{
    /// <summary>"missing", "damaged" or null.</summary>
    internal string? Problem => State switch
    {
        MediaState.Missing => "missing",
        MediaState.Damaged => "damaged",
        _ => null,
    };
}

/// <summary>Gets attachments out of the archive; one that is missing or damaged is counted once per message and stops nothing.</summary>
internal sealed class Media(ConversationArchive archive)
{
    private readonly Dictionary<Attachment, MediaPlace> _places = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Attachment> _counted = new(ReferenceEqualityComparer.Instance);
    private Message? _message;

    /// <summary>Writes an attachment's bytes under a path within the export; null where nothing is copied out.</summary>
    internal Func<Message, string, Stream, bool>? Copy { get; set; }

    internal long Missing { get; private set; }

    internal long Damaged { get; private set; }

    /// <summary>Copies an attachment of <paramref name="message"/> out, once, and says where it is.</summary>
    internal MediaPlace Place(Message message, string slot, Attachment attachment)
    {
        if (Copy is null)
        {
            return new MediaPlace(MediaState.NotAsked, null);
        }

        Enter(message);
        if (!_places.TryGetValue(attachment, out var place))
        {
            place = CopyOut(message, slot, attachment);
            _places.Add(attachment, place);
        }

        return place;
    }

    /// <summary>Opens an attachment of <paramref name="message"/>; null with the reason where that cannot be.</summary>
    internal Stream? Open(Message message, Attachment attachment, out MediaState state)
    {
        Enter(message);
        try
        {
            var stream = attachment.Path is null ? null : archive.OpenAttachment(attachment);
            state = stream is null ? MediaState.Missing : MediaState.Present;
            Count(attachment, state);
            return stream;
        }
        catch (Exception fault) when (fault is ArchiveException or IOException or UnauthorizedAccessException)
        {
            state = MediaState.Damaged;
            Count(attachment, state);
            return null;
        }
    }

    /// <summary>Counts a file that turned out bad while it was read.</summary>
    internal void Count(Attachment attachment, MediaState state)
    {
        if (state is MediaState.Missing or MediaState.Damaged && _counted.Add(attachment))
        {
            Missing += state == MediaState.Missing ? 1 : 0;
            Damaged += state == MediaState.Damaged ? 1 : 0;
        }
    }

    private void Enter(Message message)
    {
        if (!ReferenceEquals(_message, message))
        {
            _message = message;
            _places.Clear();
            _counted.Clear();
        }
    }

    private MediaPlace CopyOut(Message message, string slot, Attachment attachment)
    {
        using var stream = Open(message, attachment, out var state);
        if (stream is null)
        {
            return new MediaPlace(state, null);
        }

        var name = $"media/{Names.Safe(message.Id)}-{slot}-{Names.Slug(Path.GetFileNameWithoutExtension(attachment.FileName), "file")}."
            + MediaTypes.Extension(attachment.ContentType);
        if (Copy!(message, name, stream))
        {
            return new MediaPlace(MediaState.Present, name);
        }

        Count(attachment, MediaState.Damaged);
        return new MediaPlace(MediaState.Damaged, null);
    }
}
