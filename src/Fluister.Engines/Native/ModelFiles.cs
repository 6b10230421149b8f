using System.Globalization;
using System.Text.RegularExpressions;

namespace Fluister.Engines.Native;

/// <summary>The files of a model: one, or the parts of a split one, of which the first is named.</summary>
internal static partial class ModelFiles
{
    private const int MostParts = 999;
    private const int LongestMatch = 1000; // milliseconds

    public static IReadOnlyList<string> All(string path)
    {
        if (Part().Match(path) is not { Success: true } match)
        {
            return [path];
        }

        var parts = Math.Min(int.Parse(match.Groups["parts"].ValueSpan, CultureInfo.InvariantCulture), MostParts);
        return [.. Enumerable.Range(1, parts).Select(part =>
            string.Create(CultureInfo.InvariantCulture, $"{match.Groups["name"].Value}-{part:D5}-of-{match.Groups["parts"].Value}.gguf"))];
    }

    /// <summary>Bytes of all of them.</summary>
    /// <exception cref="EngineException">One cannot be read.</exception>
    public static long Size(string path)
    {
        try
        {
            return All(path).Sum(part => new FileInfo(part).Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EngineException(EngineError.NotFound, $"The model {path} cannot be read: {e.Message}", e);
        }
    }

    [GeneratedRegex(@"^(?<name>.*)-00001-of-(?<parts>\d{5})\.gguf$", RegexOptions.Singleline, LongestMatch)]
    private static partial Regex Part();
}
