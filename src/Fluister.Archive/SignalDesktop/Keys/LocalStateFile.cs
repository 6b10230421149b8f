using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Fluister.Cryptography;

namespace Fluister.Archive.SignalDesktop.Keys;

/// <summary>Chromium's "Local State" in the profile's folder: where Windows keeps the key of os_crypt, wrapped by DPAPI.</summary>
internal static class LocalStateFile
{
    /// <summary>Chromium writes a few kilobytes.</summary>
    private const int MaxLength = 4 << 20;
    private const int MaxKeyLength = 4096;

    /// <summary>os_crypt.encrypted_key: what DPAPI unwraps; null where there is none.</summary>
    /// <exception cref="KeyringException">The file is not what Chromium writes.</exception>
    /// <exception cref="Conversations.ArchiveException">It is not there or cannot be read.</exception>
    public static Secret? ReadWrappedKey(string profileFolder)
    {
        using var content = BoundedFile.Read(Path.Combine(profileFolder, "Local State"), MaxLength);
        try
        {
            return Find(content.Reveal());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new KeyringException("Local State is not JSON as Chromium writes it");
        }
    }

    private static Secret? Find(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (!Enter(ref reader, "os_crypt"u8) || !Enter(ref reader, "encrypted_key"u8))
        {
            return null;
        }

        Span<byte> key = stackalloc byte[MaxKeyLength];
        if (reader.TokenType != JsonTokenType.String
            || reader.ValueIsEscaped
            || reader.ValueSpan.Length > MaxKeyLength
            || Base64.DecodeFromUtf8(reader.ValueSpan, key, out _, out var length) != OperationStatus.Done
            || !key[..length].StartsWith("DPAPI"u8))
        {
            throw new KeyringException("Local State holds a key that DPAPI did not wrap");
        }

        return new Secret(key["DPAPI"u8.Length..length]);
    }

    /// <summary>Moves to the value of a property of the object that the reader stands on.</summary>
    private static bool Enter(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(name);
            reader.Read();
            if (found)
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }
}
