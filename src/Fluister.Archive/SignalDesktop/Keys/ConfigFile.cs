using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Fluister.Archive.Conversations;
using Fluister.Cryptography;

namespace Fluister.Archive.SignalDesktop.Keys;

/// <summary>What config.json says about the key of the store next to it.</summary>
internal sealed class ConfigFile : IDisposable
{
    /// <summary>Signal writes a few hundred bytes; leave room for what it may add.</summary>
    public const int MaxLength = 1 << 20;

    /// <summary>Longest value that can matter: encryptedKey has at most a few hundred digits.</summary>
    private const int MaxValueLength = 4096;

    private const string Advice = "Take a fresh copy of the profile, or give the key with --key-file.";

    private ConfigFile(string path) => Path = path;

    /// <summary>Where it lies.</summary>
    public string Path { get; }

    /// <summary>"key": 64 digits as text, as older versions of Signal wrote it.</summary>
    public Secret? LegacyKey { get; private set; }

    /// <summary>"encryptedKey": digits as text.</summary>
    public Secret? EncryptedKey { get; private set; }

    /// <summary>"safeStorageBackend", such as gnome_libsecret or kwallet5; a hint only.</summary>
    public string? Backend { get; private set; }

    /// <summary>Reads config.json of a profile.</summary>
    /// <exception cref="ArchiveException">It is not there, or not what Signal writes.</exception>
    public static ConfigFile Read(string profileFolder)
    {
        var path = System.IO.Path.Combine(profileFolder, "config.json");
        var config = new ConfigFile(path);
        // A pipe has no length, and opening it could wait for ever.
        if (new FileInfo(path) is { Exists: true, Length: 0 })
        {
            throw config.Damaged("is empty");
        }

        using var content = BoundedFile.Read(path, MaxLength);
        try
        {
            config.Parse(content.Reveal());
            return config;
        }
        catch (JsonException e)
        {
            config.Dispose();
            // The parser's own message may quote what it read.
            throw new ArchiveException(
                ArchiveError.Damaged,
                $"{path} is not JSON as Signal writes it (line {e.LineNumber + 1}). {Advice}");
        }
        catch
        {
            config.Dispose();
            throw;
        }
    }

    /// <summary>Clears the keys.</summary>
    public void Dispose()
    {
        LegacyKey?.Dispose();
        EncryptedKey?.Dispose();
    }

    private void Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw Damaged("does not hold a JSON object");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("key"u8))
            {
                LegacyKey = ReadValue(ref reader, "key", LegacyKey);
            }
            else if (reader.ValueTextEquals("encryptedKey"u8))
            {
                EncryptedKey = ReadValue(ref reader, "encryptedKey", EncryptedKey);
            }
            else if (reader.ValueTextEquals("safeStorageBackend"u8))
            {
                using var value = ReadValue(ref reader, "safeStorageBackend", Backend is null ? null : new Secret([]));
                Backend = Encoding.UTF8.GetString(value.Reveal());
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        // Reads on, so that anything behind the object is an error.
        while (reader.Read())
        {
        }
    }

    private Secret ReadValue(ref Utf8JsonReader reader, string name, Secret? before)
    {
        if (before is not null)
        {
            throw Damaged($"says \"{name}\" twice");
        }

        if (!reader.Read() || reader.TokenType != JsonTokenType.String)
        {
            throw Damaged($"has a \"{name}\" that is not text");
        }

        if (reader.ValueSpan.Length > MaxValueLength)
        {
            throw Damaged($"has a \"{name}\" of more than {MaxValueLength} characters");
        }

        Span<byte> buffer = stackalloc byte[MaxValueLength];
        try
        {
            return new Secret(buffer[..reader.CopyString(buffer)]);
        }
        catch (InvalidOperationException)
        {
            throw Damaged($"has a \"{name}\" that is not text");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    private ArchiveException Damaged(string what) => new(ArchiveError.Damaged, $"{Path} {what}. {Advice}");
}
