using System.Text.Json;

namespace Fluister.Client.Store;

internal sealed partial class ItemTable
{
    /// <summary>A setting that is on or off; null where it was never set.</summary>
    public bool? Flag(string id) => Find<bool?>(id, static (ref reader) => reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => null,
    });

    /// <summary>Sets it, or removes it.</summary>
    public void SetFlag(string id, bool? value) => Set(id, value is { } flag ? writer => writer.WriteBooleanValue(flag) : null);
}
