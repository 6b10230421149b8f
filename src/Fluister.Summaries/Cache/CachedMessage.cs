using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Fluister.Archive.Conversations;

namespace Fluister.Summaries.Cache;

/// <summary>A message that a cached text was made of: where it stands, and what a model could see of it.</summary>
/// <param name="RowId"><see cref="Message.RowId"/>.</param>
/// <param name="Id"><see cref="Message.Id"/>.</param>
/// <param name="Hash">SHA-256 of what a model could see.</param>
public readonly record struct CachedMessage(long RowId, string Id, byte[] Hash)
{
    /// <summary>Bytes of <see cref="Hash"/>.</summary>
    public const int HashBytes = SHA256.HashSizeInBytes;

    /// <summary>Of a message as it is now.</summary>
    public static CachedMessage Of(Message message)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, message.Id);
        Add(hash, message.ConversationId);
        Add(hash, message.Sender);
        Add(hash, message.SentAt.ToString());
        Add(hash, message.Body);
        Add(hash, message.Quote?.Author);
        Add(hash, message.Quote?.Text);
        Add(hash, string.Join('\n', message.Attachments.Select(x => x.FileName)));
        return new(message.RowId, message.Id, hash.GetHashAndReset());
    }

    private static void Add(IncrementalHash hash, Participant? participant)
    {
        Add(hash, participant?.Id);
        Add(hash, participant?.Name);
    }

    /// <summary>With its length before it, so that no two messages run into the same bytes; -1 for none.</summary>
    private static void Add(IncrementalHash hash, string? text)
    {
        Span<byte> length = stackalloc byte[4];
        var bytes = Encoding.UTF8.GetBytes(text ?? "");
        BinaryPrimitives.WriteInt32LittleEndian(length, text is null ? -1 : bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
