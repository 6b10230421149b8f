using System.Security.Cryptography;
using System.Text.Json;

namespace Fluister.Client.Store;

/// <summary>The table items: settings by name, as Signal Desktop keeps them ({"id": ..., "value": ...}).</summary>
internal sealed partial class ItemTable(ClientStore store)
{
    private readonly StoreStatement _find = new(store, "SELECT json FROM items WHERE id = ?");
    private readonly StoreStatement _set = new(store, "INSERT OR REPLACE INTO items (id, json) VALUES (?, ?)");
    private readonly StoreStatement _remove = new(store, "DELETE FROM items WHERE id = ?");

    private readonly StoreStatement _names = new(store, "SELECT id FROM items WHERE id >= ?1 AND id < ?1 || char(0x10FFFF) ORDER BY id");

    private delegate T ReadValue<T>(ref Utf8JsonReader reader);

    /// <summary>A setting as text; null where there is none.</summary>
    public string? Text(string id) => Find<string?>(id, static (ref reader) =>
        reader.TokenType == JsonTokenType.String ? reader.GetString() : null);

    /// <summary>Sets or, with null, removes a setting.</summary>
    public void SetText(string id, string? value) => Set(id, value is null ? null : writer => writer.WriteStringValue(value));

    /// <summary>A setting as bytes (base64 in the table).</summary>
    public byte[]? Bytes(string id) => Find<byte[]?>(id, static (ref reader) =>
        reader.TokenType == JsonTokenType.String && reader.TryGetBytesFromBase64(out var bytes) ? bytes : null);

    /// <summary>Sets or, with nothing, removes bytes.</summary>
    public void SetBytes(string id, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            Set(id, null);
            return;
        }

        var bytes = value.ToArray();
        Set(id, writer => writer.WriteBase64StringValue(bytes));
        CryptographicOperations.ZeroMemory(bytes);
    }

    /// <summary>A setting as a number.</summary>
    public long? Number(string id) => Find<long?>(id, static (ref reader) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) ? number : null);

    /// <summary>Sets or removes a number.</summary>
    public void SetNumber(string id, long? value) => Set(id, value is { } number ? writer => writer.WriteNumberValue(number) : null);

    /// <summary>Names of settings that begin so.</summary>
    public IReadOnlyList<string> Names(string prefix) => store.Read<IReadOnlyList<string>>(() =>
    {
        var names = new List<string>();
        using var rows = _names.Begin().Bind(prefix);
        while (rows.Step())
        {
            names.Add(rows.Text(0)!);
        }

        return names;
    });

    private T? Find<T>(string id, ReadValue<T> read) => store.Read(() =>
    {
        using var row = _find.Begin().Bind(id);
        if (!row.Step())
        {
            return default;
        }

        try
        {
            var reader = new Utf8JsonReader(row.Bytes(0));
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isValue = reader.ValueTextEquals("value"u8);
                reader.Read();
                if (isValue)
                {
                    return read(ref reader);
                }

                reader.Skip();
            }

            return default;
        }
        catch (JsonException broken)
        {
            throw new ClientException(ClientError.Store, $"The item {id} of the account's store is no JSON. Restore a backup.", broken);
        }
    });

    private void Set(string id, Action<Utf8JsonWriter>? write) => store.Transact(() =>
    {
        if (write is null)
        {
            _remove.Begin().Bind(id).Execute();
            return;
        }

        _set.Begin().Bind(id).Bind(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, id);
            writer.WritePropertyName("value"u8);
            write(writer);
            writer.WriteEndObject();
        }).Execute();
    });
}
