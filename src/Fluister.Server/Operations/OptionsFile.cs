using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Fluister.Server.Operations;

/// <summary>The file of a server's settings: JSON with comments.</summary>
internal static class OptionsFile
{
    private static IEnumerable<JsonPropertyInfo> Settings =>
        OptionsJson.Plain.ServerOptions.Properties.Where(property => Meaning(property.AttributeProvider) is not null);

    /// <summary>The file's text, with a comment above each setting; its values are those given.</summary>
    public static string Write(ServerOptions options)
    {
        var text = new StringBuilder("// The settings of a Fluister server. It reads them when it starts; a setting that is left out has\n"
            + "// the value that `fluister-server quickstart --example` shows.\n{\n");
        var properties = Settings.ToList();
        foreach (var (index, property) in properties.Index())
        {
            foreach (var line in Meaning(property.AttributeProvider)!.Split('\n'))
            {
                text.Append("  // ").Append(line.Trim()).Append('\n');
            }

            var value = JsonSerializer.Serialize(property.Get!(options), OptionsJson.Plain.GetTypeInfo(property.PropertyType)!);
            text.Append("  \"").Append(property.Name).Append("\": ").Append(value).Append(index < properties.Count - 1 ? ",\n\n" : "\n");
        }

        return text.Append("}\n").ToString();
    }

    /// <summary>Reads and checks settings.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="name">What to call it.</param>
    /// <exception cref="OperationException">It is not JSON, has settings that do not exist, or values that cannot be.</exception>
    public static ServerOptions Read(string text, string name)
    {
        ServerOptions options;
        try
        {
            options = JsonSerializer.Deserialize(text, OptionsJson.Plain.ServerOptions) ?? new ServerOptions();
        }
        catch (JsonException wrong)
        {
            var line = wrong.LineNumber is { } number ? $", line {number + 1}" : "";
            throw new OperationException($"{name}{line}: {Reason(wrong)}", ExitCode.Usage, wrong);
        }

        var problems = options.Problems().ToList();
        return problems.Count == 0 ? options : throw new OperationException($"{name}: {string.Join(' ', problems)}", ExitCode.Usage);
    }

    private static string? Meaning(ICustomAttributeProvider? property) =>
        property?.GetCustomAttributes(typeof(SettingAttribute), inherit: false).Cast<SettingAttribute>().FirstOrDefault()?.Meaning;

    private static string Reason(JsonException wrong)
    {
        var name = wrong.Path?.Split('.') is [_, .., var last] ? last : null;
        var known = Settings.Select(property => property.Name).ToList();
        return name is null ? "this is not JSON. `fluister-server quickstart --example` shows how the file should look."
            : !known.Contains(name) ? $"there is no setting \"{name}\". There are: {string.Join(", ", known)}."
            : $"the value of \"{name}\" is not of the right kind, or it stands there twice. "
                + "`fluister-server quickstart --example` shows one that is.";
    }
}
