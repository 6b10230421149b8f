using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Fluister.Archive.Conversations;
using Fluister.Cryptography;

namespace Fluister.Client.Backups;

/// <summary>The first file of a backup: what it is, and the key of the store in it.</summary>
/// <param name="Name">The account's name on the computer that it comes from.</param>
/// <param name="Created">When it was begun.</param>
/// <param name="StoreKey">The key of the copy.</param>
internal sealed record BackupLabel(string Name, DateTimeOffset Created, Secret StoreKey) : IDisposable
{
    /// <summary>Its name in the tar file.</summary>
    public const string File = "fluister-backup.json";

    /// <summary>The store's name in the tar file.</summary>
    public const string Store = "sql/db.sqlite";

    /// <summary>How the names of files of messages begin in the tar file.</summary>
    public const string Attachments = "attachments.noindex/";

    /// <summary>The form of a backup.</summary>
    public const int Version = 1;

    private const int KeyBytes = 32;

    /// <summary>Reads it.</summary>
    /// <exception cref="ArchiveException">Damaged; Unsupported: of a newer program.</exception>
    public static BackupLabel Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            if (root.GetProperty("version").GetInt32() != Version)
            {
                throw new ArchiveException(ArchiveError.Unsupported, "The backup was made by a newer Fluister. Update Fluister.");
            }

            var key = root.GetProperty("storeKey").GetBytesFromBase64();
            try
            {
                if (key.Length == KeyBytes)
                {
                    return new BackupLabel(root.GetProperty("name").GetString() ?? "",
                        root.GetProperty("created").GetDateTimeOffset(), new Secret(key));
                }
            }
            finally
            {
                System.Security.Cryptography.CryptographicOperations.ZeroMemory(key);
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            // Told below.
        }

        throw BackupReader.Malformed();
    }

    /// <summary>Writes it; the caller clears it.</summary>
    public byte[] Write()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteString("name", Name);
            json.WriteString("created", Created.ToString("O", CultureInfo.InvariantCulture));
            json.WriteBase64String("storeKey", StoreKey.Reveal());
            json.WriteEndObject();
        }

        var bytes = buffer.WrittenSpan.ToArray();
        buffer.Clear();
        return bytes;
    }

    /// <summary>Clears the key.</summary>
    public void Dispose() => StoreKey.Dispose();
}
