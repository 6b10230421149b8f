using Fluister.Engines.Gguf;

namespace Fluister.Engines.Conversion;

/// <summary>What the maker says of the licence at the head of README.md, between two lines of "---" (Hugging Face's model cards).</summary>
internal static class ModelCard
{
    private const int LongestHead = 64 * 1024;
    private const int LongestValue = 1000;

    /// <summary>Writes it, if there is any.</summary>
    public static void Write(GgufWriter writer, string folder)
    {
        var path = Path.Combine(folder, "README.md");
        if (!File.Exists(path))
        {
            return;
        }

        using var reader = new StreamReader(path);
        var buffer = new char[LongestHead];
        var lines = new string(buffer, 0, reader.ReadBlock(buffer)).Split('\n');
        if (lines[0].TrimEnd() != "---")
        {
            return;
        }

        foreach (var line in lines.Skip(1).TakeWhile(line => line.TrimEnd() != "---"))
        {
            var key = line.StartsWith("license:", StringComparison.Ordinal) ? "general.license"
                : line.StartsWith("license_name:", StringComparison.Ordinal) ? "general.license.name"
                : line.StartsWith("license_link:", StringComparison.Ordinal) ? "general.license.link" : null;
            var value = line[(line.IndexOf(':') + 1)..].Trim().Trim('"', '\'');
            if (key is not null && value.Length is > 0 and <= LongestValue)
            {
                writer.Set(key, value);
            }
        }
    }
}
