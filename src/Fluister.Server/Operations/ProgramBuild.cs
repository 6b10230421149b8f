using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Fluister.Wire.Descriptors;

namespace Fluister.Server.Operations;

/// <summary>What a program says of its own build. Anybody can change a program so that it says something else: whether it is so is for
/// others to attest (<see cref="BuildAttestation"/>).</summary>
/// <param name="Version">Of the program.</param>
/// <param name="SourceTree">Names the source tree that it was built of; none in an ordinary build, which does not state one.</param>
/// <param name="Build">The hash of the program's folder, 64 hexadecimal digits; none where that cannot be read, or is another
/// program's.</param>
/// <param name="Sdk">The version of the SDK that built it.</param>
internal sealed record ProgramBuild(string Version, string? SourceTree, string? Build, string Sdk)
{
    private const string Unstated = "unstated";

    // More than any release has; a folder with more is not one.
    private const int MostFiles = 10_000;

    private static readonly Lazy<ProgramBuild> Stated = new(Read);

    /// <summary>This program's. The first question reads the program's files.</summary>
    public static ProgramBuild Own => Stated.Value;

    /// <summary>The source tree for people.</summary>
    [JsonIgnore]
    public string ToldTree => SourceTree ?? Unstated;

    /// <summary>The build for people.</summary>
    [JsonIgnore]
    public string ToldBuild => Build ?? Unstated;

    /// <summary>The hash of a folder: SHA-256 over a line for each file below it, as sha256sum writes it, by the order of the names' bytes.
    /// Links are not files.</summary>
    /// <exception cref="IOException">A file cannot be read, or there are too many.</exception>
    public static string HashOf(string folder)
    {
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
            IgnoreInaccessible = false,
        };
        var names = Directory.EnumerateFiles(folder, "*", options).Take(MostFiles + 1)
            .Select(file => (File: file, Name: Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/'))).ToList();
        if (names.Count > MostFiles)
        {
            throw new IOException($"There are more than {MostFiles} files in {folder}.");
        }

        names.Sort((left, right) => Encoding.UTF8.GetBytes(left.Name).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right.Name)));
        using var lines = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (file, name) in names)
        {
            using var stream = File.OpenRead(file);
            lines.AppendData(Encoding.UTF8.GetBytes($"{Convert.ToHexStringLower(SHA256.HashData(stream))}  {name}\n"));
        }

        return Convert.ToHexStringLower(lines.GetHashAndReset());
    }

    private static ProgramBuild Read()
    {
        var program = typeof(ProgramBuild).Assembly;
        var stated = program.GetCustomAttributes<AssemblyMetadataAttribute>().ToLookup(entry => entry.Key, entry => entry.Value);
        var tree = stated["SourceTree"].FirstOrDefault();
        return new ProgramBuild(
            program.GetName().Version?.ToString(3) ?? "",
            BuildAttestation.IsTree(tree) ? tree : null,
            Assembly.GetEntryAssembly() == program ? OwnHash() : null,
            stated["Sdk"].FirstOrDefault() ?? "");
    }

    private static string? OwnHash()
    {
        try
        {
            return HashOf(AppContext.BaseDirectory);
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ProgramBuild))]
internal sealed partial class ProgramBuildJson : JsonSerializerContext;
