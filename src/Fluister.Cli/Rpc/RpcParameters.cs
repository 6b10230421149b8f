using System.Text.Json;

namespace Fluister.Cli.Rpc;

/// <summary>A request's parameters by name, as signal-cli names them: each may stand in the singular with one value, or in the plural with
/// several.</summary>
/// <remarks>A parameter that the method does not know is refused: one left out silently would change what the request means.</remarks>
internal sealed class RpcParameters
{
    private const string NoText = "A text in the parameters is not Unicode.";

    private readonly Dictionary<string, JsonElement> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <param name="parameters">The request's; absent for none.</param>
    public RpcParameters(JsonElement parameters)
    {
        if (parameters.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            return;
        }

        if (parameters.ValueKind != JsonValueKind.Object)
        {
            throw RpcException.Parameters("Give parameters by name, as an object.");
        }

        try
        {
            foreach (var property in parameters.EnumerateObject())
            {
                _values[property.Name] = property.Value;
            }
        }
        catch (InvalidOperationException)
        {
            throw RpcException.Parameters(NoText);
        }
    }

    /// <summary>Whether it is a text, and one of Unicode: JSON may hold half a letter, "\ud800", which .NET cannot.</summary>
    public static bool IsText(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String && value.GetString() is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>A text; null where it is not there.</summary>
    public string? Text(params ReadOnlySpan<string> names) => Find(names) is not { } value ? null
        : value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 1 ? Text(value[0], names[0])
        : Text(value, names[0]);

    /// <summary>A text that must be there.</summary>
    public string NeededText(params ReadOnlySpan<string> names) => Text(names) ?? throw Missing(names[0]);

    /// <summary>Texts: none where it is not there, one where it is no array.</summary>
    public IReadOnlyList<string> Texts(params ReadOnlySpan<string> names)
    {
        if (Find(names) is not { } value)
        {
            return [];
        }

        var name = names[0];
        return value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(item => Text(item, name))] : [Text(value, name)];
    }

    /// <summary>A whole number; null where it is not there.</summary>
    public long? Number(params ReadOnlySpan<string> names) => Find(names) is not { } value ? null
        : value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 1 ? Number(value[0], names[0])
        : Number(value, names[0]);

    /// <summary>A whole number that must be there.</summary>
    public long NeededNumber(params ReadOnlySpan<string> names) => Number(names) ?? throw Missing(names[0]);

    /// <summary>Whole numbers: none where it is not there, one where it is no array.</summary>
    public IReadOnlyList<long> Numbers(params ReadOnlySpan<string> names)
    {
        if (Find(names) is not { } value)
        {
            return [];
        }

        var name = names[0];
        return value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(item => Number(item, name))] : [Number(value, name)];
    }

    /// <summary>Yes or no; no where it is not there.</summary>
    public bool Flag(params ReadOnlySpan<string> names) => OptionalFlag(names) ?? false;

    /// <summary>Yes or no; null where it is not there.</summary>
    public bool? OptionalFlag(params ReadOnlySpan<string> names) => Find(names) is not { } value ? null : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw RpcException.Parameters($"{names[0]} is true or false."),
    };

    /// <summary>Refuses what was given and not asked for: after a method has taken all that it knows, and before it does
    /// anything.</summary>
    public void End()
    {
        foreach (var name in _values.Keys)
        {
            if (!_known.Contains(name))
            {
                throw RpcException.Parameters($"This method has no parameter \"{Terminal.Fit(name, 40).TrimEnd()}\".");
            }
        }
    }

    private static RpcException Missing(string name) => RpcException.Parameters($"The parameter {name} is missing.");

    private static string Text(JsonElement value, string name) => IsText(value)
        ? value.GetString()! : throw RpcException.Parameters(value.ValueKind == JsonValueKind.String ? NoText : $"{name} is a text.");

    private static long Number(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)
        ? number : throw RpcException.Parameters($"{name} is a whole number.");

    private JsonElement? Find(ReadOnlySpan<string> names)
    {
        JsonElement? found = null;
        foreach (var name in names)
        {
            _known.Add(name);
            if (_values.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null)
            {
                found = found is null ? value : throw RpcException.Parameters($"{name} was given twice.");
            }
        }

        return found;
    }
}
