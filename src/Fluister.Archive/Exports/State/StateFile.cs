using Fluister.Archive.Conversations;

namespace Fluister.Archive.Exports.State;

/// <summary>What an export remembers of a message: enough to see that it is new, other or gone, and nothing of what it says.</summary>
/// <param name="RowId"><see cref="Message.RowId"/>.</param>
/// <param name="Id"><see cref="Message.Id"/>.</param>
/// <param name="Conversation">Index into <see cref="StateSummary.Conversations"/>.</param>
/// <param name="Hash">Keyed hash of its record.</param>
internal readonly record struct StateEntry(long RowId, string Id, int Conversation, ulong Hash);

/// <summary>What an export remembers of a conversation.</summary>
internal sealed record StateConversation(string Id, string Name, string Stem, ulong Hash, long Messages, long Last);

/// <summary>What a state file says of the whole export.</summary>
internal sealed record StateSummary(string Selection, IReadOnlyList<StateConversation> Conversations);

/// <summary>The layout of "fluister-export.state", version 1.</summary>
/// <remarks>
/// Magic (8 bytes), salt (16), chunks, footer offset (8, little endian). A chunk is its length (4, little endian), AES-256-GCM text and
/// tag (16).
/// The nonce is the chunk's number (8) and its kind (4): 0 entries, 1 footer; the key is this file's alone, so no nonce comes twice.
/// Entries are in runs, each in ascending order of rows; the footer holds the summary, and where each run begins and how many chunks it
/// has.
/// </remarks>
internal static class StateFile
{
    internal const string Name = "fluister-export.state";
    internal const int SaltLength = 16;
    internal const int TagLength = 16;
    internal const int NonceLength = 12;
    internal const int HeaderLength = 8 + SaltLength;

    /// <summary>Bytes of plain text in a chunk of entries, at most.</summary>
    internal const int ChunkLength = 64 * 1024;

    /// <summary>Bytes of plain text in the footer, at most.</summary>
    internal const int MaximumFooter = 256 * 1024 * 1024;

    /// <summary>Runs in one file, at most: each takes a chunk of memory when it is read.</summary>
    internal const int MaximumRuns = 4096;

    internal static ReadOnlySpan<byte> Magic => "FLSTATE1"u8;

    /// <summary>Fills in the nonce of a chunk.</summary>
    internal static void Nonce(Span<byte> nonce, long number, bool footer)
    {
        BitConverter.TryWriteBytes(nonce, number);
        BitConverter.TryWriteBytes(nonce[8..], footer ? 1 : 0);
    }

    internal static ArchiveException Damaged(string path, Exception? inner = null) => new(
        ArchiveError.Damaged,
        $"{path} is damaged, or its key is another one; export again with overwriting instead of bringing it up to date.",
        inner);
}
