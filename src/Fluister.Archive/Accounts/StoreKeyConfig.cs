using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Fluister.Archive.Conversations;
using Fluister.Archive.SignalDesktop.Keys;

namespace Fluister.Archive.Accounts;

/// <summary>An account's config.json: how its store's key is wrapped (docs/spec/store-key.md).</summary>
internal sealed record StoreKeyConfig
{
    /// <summary>The form of this file.</summary>
    public const int Version = 1;

    public const int SaltBytes = 32;
    public const int WrappedBytes = 32 + 16;
    public const int ItemDigits = 32;

    // Bounds on what a file asks for before anything of it is authentic: a computer is not to be brought down by one.
    public const int MinimumMemoryKiB = 8 * 1024;
    public const int MaximumMemoryKiB = 1024 * 1024;
    public const int MaximumPasses = 16;
    public const int MaximumLanes = 16;

    private const int MaximumBytes = 64 * 1024;

    private static readonly string[] s_protectors = ["key-file", "passphrase", "secret-service"];

    /// <summary>What protects the key.</summary>
    public required KeyProtector Protector { get; init; }

    /// <summary>Drawn anew for each wrapping, 32 bytes.</summary>
    public required byte[] Salt { get; init; }

    /// <summary>Argon2id's memory in KiB; 0 where there is no passphrase, as for the next two.</summary>
    public int MemoryKiB { get; init; }

    /// <summary>Argon2id's passes.</summary>
    public int Passes { get; init; }

    /// <summary>Argon2id's lanes.</summary>
    public int Lanes { get; init; }

    /// <summary>The name of the Secret Service's item, 32 hexadecimal digits.</summary>
    public string Item { get; init; } = "";

    /// <summary>Where the key file was last; a hint that is not authenticated.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The store's key, encrypted, and the tag: 48 bytes.</summary>
    public byte[] Wrapped { get; init; } = [];

    /// <summary>What is authenticated with the key.</summary>
    public byte[] AssociatedData => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"Fluister store key {Version}\n{s_protectors[(int)Protector]}\n{Convert.ToBase64String(Salt)}\n"
            + $"{MemoryKiB} {Passes} {Lanes}\n{Item}\n"));

    /// <summary>Reads the file.</summary>
    /// <exception cref="ArchiveException">NotFound; Damaged; Unsupported: of a newer program, or out of bounds.</exception>
    public static StoreKeyConfig Read(AccountFolder folder)
    {
        using var content = BoundedFile.Read(folder.Config, MaximumBytes);
        try
        {
            var reader = new Utf8JsonReader(content.Reveal());
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            if (root.GetProperty("fluister").GetInt32() != Version)
            {
                throw new ArchiveException(ArchiveError.Unsupported, $"{folder.Config} was written by a newer Fluister. Update Fluister.");
            }

            return Parse(root.GetProperty("storeKey")) is { } config && config.IsSane() ? config : throw Damaged(folder);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            throw Damaged(folder);
        }
    }

    /// <summary>The file's text.</summary>
    public byte[] Write()
    {
        var buffer = new ArrayBufferWriter<byte>();
        var options = new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            json.WriteStartObject();
            json.WriteNumber("fluister", Version);
            json.WriteStartObject("storeKey");
            json.WriteString("protector", s_protectors[(int)Protector]);
            json.WriteBase64String("salt", Salt);
            if (Protector == KeyProtector.Passphrase)
            {
                json.WriteStartObject("argon2id");
                json.WriteNumber("memoryKiB", MemoryKiB);
                json.WriteNumber("passes", Passes);
                json.WriteNumber("lanes", Lanes);
                json.WriteEndObject();
            }
            else if (Protector == KeyProtector.SecretService)
            {
                json.WriteString("item", Item);
            }
            else if (KeyFile is not null)
            {
                json.WriteString("keyFile", KeyFile);
            }

            json.WriteBase64String("wrapped", Wrapped);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    private static StoreKeyConfig? Parse(JsonElement key)
    {
        var protector = Array.IndexOf(s_protectors, key.GetProperty("protector").GetString());
        if (protector < 0)
        {
            return null;
        }

        var config = new StoreKeyConfig
        {
            Protector = (KeyProtector)protector,
            Salt = key.GetProperty("salt").GetBytesFromBase64(),
            Wrapped = key.GetProperty("wrapped").GetBytesFromBase64(),
        };
        return config.Protector switch
        {
            KeyProtector.Passphrase when key.GetProperty("argon2id") is var cost => config with
            {
                MemoryKiB = cost.GetProperty("memoryKiB").GetInt32(),
                Passes = cost.GetProperty("passes").GetInt32(),
                Lanes = cost.GetProperty("lanes").GetInt32(),
            },
            KeyProtector.SecretService => config with { Item = key.GetProperty("item").GetString() ?? "" },
            _ => config with { KeyFile = key.TryGetProperty("keyFile", out var path) ? path.GetString() : null },
        };
    }

    private bool IsSane() => Salt.Length == SaltBytes && Wrapped.Length == WrappedBytes && Protector switch
    {
        KeyProtector.Passphrase => MemoryKiB is >= MinimumMemoryKiB and <= MaximumMemoryKiB && Passes is >= 1 and <= MaximumPasses
            && Lanes is >= 1 and <= MaximumLanes,
        KeyProtector.SecretService => Item.Length == ItemDigits && Item.All(char.IsAsciiHexDigitLower),
        _ => true,
    };

    private static ArchiveException Damaged(AccountFolder folder) => new(
        ArchiveError.Damaged, $"{folder.Config} is not as Fluister writes it. Put back the file as it was, or restore a backup.");
}
