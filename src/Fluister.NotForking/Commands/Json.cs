using System.Text.Encodings.Web;
using System.Text.Json;

namespace Fluister.NotForking.Commands;

/// <summary>How results are written as JSON: one object a line, names in camelCase.</summary>
internal static class Json
{
    /// <summary>The options.</summary>
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
