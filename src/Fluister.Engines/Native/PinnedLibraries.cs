using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Fluister.Engines.Native;

/// <summary>A folder with llama.cpp's libraries in which every file is known.</summary>
/// <remarks>libraries.json, part of this program, holds the SHA-256 of each library for each platform. What lies in the folder beside
/// them is never loaded. A variant, such as one for graphics cards, is a platform of its own.</remarks>
internal sealed class PinnedLibraries
{
    private const string ListName = "libraries.json";
    private const long LongestList = 1 << 20;
    private const long LargestLibrary = 1L << 30;

    private PinnedLibraries(string folder, string platform, IReadOnlyList<string> files)
    {
        Folder = folder;
        Platform = platform;
        Main = files.Single(name => name.StartsWith("libllama.", StringComparison.Ordinal));
        Core = files.Single(name => name.StartsWith("libggml.", StringComparison.Ordinal));
        Base = files.Single(name => name.StartsWith("libggml-base.", StringComparison.Ordinal));
        Processors = [.. files.Where(name => name.StartsWith("libggml-cpu", StringComparison.Ordinal))];
        Accelerators = [.. files.Except([Main, Core, Base]).Except(Processors)];
    }

    public string Folder { get; }

    /// <summary>Such as "linux-x64" or "linux-x64-vulkan".</summary>
    public string Platform { get; }

    /// <summary>llama.cpp itself; the names are without the folder.</summary>
    public string Main { get; }

    /// <summary>ggml's registry of backends.</summary>
    public string Core { get; }

    /// <summary>What all of ggml builds on.</summary>
    public string Base { get; }

    /// <summary>The same for different processors; the best of them is used.</summary>
    public IReadOnlyList<string> Processors { get; }

    /// <summary>Graphics cards.</summary>
    public IReadOnlyList<string> Accelerators { get; }

    /// <summary>How many files were compared.</summary>
    public int Count => Processors.Count + Accelerators.Count + 3;

    /// <summary>The libraries that came with Fluister.</summary>
    public static string OwnFolder { get; } = Path.Combine(AppContext.BaseDirectory, "llama");

    /// <summary>Reads and compares every library; loads none.</summary>
    /// <param name="folder">Null for <see cref="OwnFolder"/>.</param>
    /// <param name="allowOther">Take a libraries.json in the folder at its word.</param>
    /// <exception cref="EngineException">Missing, or not as it should be.</exception>
    public static PinnedLibraries Check(string? folder, bool allowOther)
    {
        var place = Path.GetFullPath(folder ?? OwnFolder);
        var here = RuntimePlatform();
        if (!Directory.Exists(place))
        {
            throw new EngineException(EngineError.NotFound, folder is null
                ? $"The libraries of llama.cpp are not installed. Run `npm ci --ignore-scripts` in src/Fluister.Engines/llama and build "
                    + "again, or use --engine llama-server."
                : $"There is no folder {place} with libraries of llama.cpp.");
        }

        var list = Path.Combine(place, ListName);
        var hasOther = File.Exists(list);
        if (hasOther && allowOther)
        {
            using var other = OpenList(list);
            return Find(other, here, place) is { } given
                ? Compare(place, given.Name, given.Files)
                : throw new EngineException(
                    EngineError.BadLibrary, $"{list} names no library of llama.cpp for {here} that lies beside it.");
        }

        using var own = OpenOwnList();
        return Find(own, here, place) is { } known
            ? Compare(place, known.Name, known.Files)
            : throw new EngineException(EngineError.BadLibrary, hasOther
                ? $"Only {list} vouches for the libraries beside it. Whoever wrote them can read what is digested; if that is you, add "
                    + "--allow-other-libraries."
                : $"{place} holds no libraries of llama.cpp {Llama.Version} for {here} that this version of Fluister knows.");
    }

    private static string RuntimePlatform()
    {
        var system = OperatingSystem.IsLinux() ? "linux"
            : OperatingSystem.IsMacOS() ? "mac"
            : OperatingSystem.IsWindows() ? "win"
            : "other";
        var processor = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => "x64",
            Architecture.Arm64 => "arm64",
            _ => "other",
        };
        return $"{system}-{processor}";
    }

    /// <summary>The platform of a list whose main library lies in the folder.</summary>
    private static (string Name, Dictionary<string, string> Files)? Find(JsonDocument list, string platform, string folder)
    {
        try
        {
            foreach (var candidate in list.RootElement.GetProperty("platforms").EnumerateObject())
            {
                if (candidate.Name != platform && !candidate.Name.StartsWith(platform + '-', StringComparison.Ordinal))
                {
                    continue;
                }

                var files = candidate.Value.EnumerateObject().ToDictionary(file => file.Name, file => file.Value.GetString() ?? "");
                var main = files.Keys.FirstOrDefault(name => name.StartsWith("libllama.", StringComparison.Ordinal));
                var isPlain = files.Keys.All(name => name == Path.GetFileName(name));
                if (main is not null && isPlain && File.Exists(Path.Combine(folder, main)))
                {
                    return (candidate.Name, files);
                }
            }
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            throw BadList(folder, e);
        }

        return null;
    }

    private static PinnedLibraries Compare(string folder, string platform, Dictionary<string, string> files)
    {
        foreach (var (name, hash) in files)
        {
            var path = Path.Combine(folder, name);
            try
            {
                using var file = File.OpenRead(path);
                if (file.Length > LargestLibrary
                    || !string.Equals(Convert.ToHexStringLower(SHA256.HashData(file)), hash, StringComparison.Ordinal))
                {
                    throw new EngineException(EngineError.BadLibrary, $"{path} is not the library that Fluister knows by that name; it was "
                        + "not loaded. Install the libraries anew.");
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new EngineException(EngineError.NotFound, $"The library {path} cannot be read: {e.Message}", e);
            }
        }

        try
        {
            return new PinnedLibraries(folder, platform, [.. files.Keys]);
        }
        catch (InvalidOperationException e)
        {
            throw BadList(folder, e);
        }
    }

    private static JsonDocument OpenOwnList()
    {
        using var stream = typeof(PinnedLibraries).Assembly.GetManifestResourceStream("libraries.json")!;
        return JsonDocument.Parse(stream);
    }

    private static JsonDocument OpenList(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return stream.Length <= LongestList ? JsonDocument.Parse(stream) : throw BadList(path, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw BadList(path, e);
        }
    }

    private static EngineException BadList(string where, Exception? inner) =>
        new(EngineError.BadLibrary, $"The list of libraries in {where} cannot be read; it must look like Fluister's own.", inner);
}
