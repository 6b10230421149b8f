using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace Fluister.Tests.House;

/// <summary>Which project may know which, and which doors are locked.</summary>
public sealed class ProjectTests
{
    private const string BannedSymbols = "BannedSymbols.txt";

    /// <summary>The one door through a lock: file and symbol.</summary>
    private const string DoorFile = "src/Fluister.Archive/SignalDesktop/Keys/DBus/DBusConnection.cs";
    private const string Door = "System.Net.Sockets.Socket";

    /// <summary>Every project under src/, and what it may refer to.</summary>
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Fluister.Cryptography"] = [],
        ["Fluister.Protocol"] = ["Fluister.Cryptography"],
        ["Fluister.Wire"] = ["Fluister.Cryptography", "Fluister.Protocol"],
        ["fluister-server"] = ["Fluister.Cryptography", "Fluister.Protocol", "Fluister.Wire"],
        ["Fluister.SqlCipher"] = ["Fluister.Cryptography"],
        ["Fluister.Archive"] = ["Fluister.Cryptography", "Fluister.SqlCipher"],
        ["Fluister.Engines"] = [],
        ["Fluister.Summaries"] = ["Fluister.Cryptography", "Fluister.SqlCipher", "Fluister.Archive", "Fluister.Engines"],
        ["not-fork"] = [],
        ["Fluister.Client"] =
            ["Fluister.Cryptography", "Fluister.Protocol", "Fluister.Wire", "Fluister.SqlCipher", "Fluister.Archive"],
        ["fluister"] =
        [
            "Fluister.Cryptography", "Fluister.Protocol", "Fluister.Wire", "Fluister.SqlCipher", "Fluister.Archive", "Fluister.Client",
            "Fluister.Engines", "Fluister.Summaries",
        ],
    };

    /// <summary>Programs, and the projects that make them.</summary>
    private static readonly Dictionary<string, string> Programs = new()
    {
        ["fluister"] = "Fluister.Cli",
        ["fluister-server"] = "Fluister.Server",
        ["not-fork"] = "Fluister.NotForking",
    };

    public static TheoryData<string> Projects => [.. Arrows.Keys];

    public static TheoryData<string> LockedProjects => [.. Arrows.Keys.Except(Programs.Keys)];

    [Fact]
    public void Every_project_has_its_arrows_stated() =>
        Assert.Equal(
            Arrows.Keys.Select(name => Programs.GetValueOrDefault(name, name)).Order(),
            ProjectFiles().Where(file => file.Folder.StartsWith("src/", StringComparison.Ordinal))
                .Select(file => Path.GetFileNameWithoutExtension(file.Name)).Order());

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_refers_only_to_those_below_it(string project)
    {
        var ours = Assembly.Load(project).GetReferencedAssemblies().Select(reference => reference.Name!)
            .Where(name => name.StartsWith("fluister", StringComparison.OrdinalIgnoreCase));
        Assert.Empty(ours.Except(Arrows[project]));
    }

    [Theory]
    [MemberData(nameof(LockedProjects))]
    public void What_is_banned_from_a_project_is_not_in_its_compiled_code(string project)
    {
        var banned = Repository.File($"src/{project}/{BannedSymbols}").Text.Split('\n')
            .Where(line => line.Length > 0 && !line.StartsWith("//", StringComparison.Ordinal))
            .Select(line => line.Split(';')[0]).ToList();
        Assert.NotEmpty(banned);
        var found = ReferredSymbols(Assembly.Load(project).Location).Where(symbol => banned.Any(entry => Bans(entry, symbol))).Distinct();
        string[] excepted = project == "Fluister.Archive" ? [$"T:{Door}"] : [];
        Assert.Equal(excepted, found.Where(symbol => symbol.StartsWith("T:", StringComparison.Ordinal)));
        Assert.DoesNotContain(found, symbol => !symbol.StartsWith("T:", StringComparison.Ordinal));
    }

    [Fact]
    public void The_analyzer_of_banned_symbols_is_silenced_in_one_file_only()
    {
        const string Rule = "RS" + "0030";
        var silenced = Repository.Texts
            .Where(file => file.Text.Contains(Rule, StringComparison.Ordinal) && Path.GetExtension(file.Name) is not ".md")
            .Select(file => file.Path);
        Assert.Equal([DoorFile], silenced);
        var settings = Repository.File("Directory.Build.props").Text;
        Assert.Contains("BannedApiAnalyzers", settings);
        Assert.Contains($"<AdditionalFiles Include=\"$(MSBuildProjectDirectory)/{BannedSymbols}\"", settings);
    }

    [Fact]
    public void Every_project_is_in_the_solution_and_has_its_packages_locked()
    {
        var projects = ProjectFiles();
        Assert.Equal(
            projects.Select(file => file.Path).Order(),
            XDocument.Load(Repository.File("Fluister.slnx").FullPath).Descendants("Project")
                .Select(project => project.Attribute("Path")!.Value).Order());
        Assert.All(projects, file => Assert.True(Repository.Has($"{file.Folder}/packages.lock.json"), file.Path));
    }

    private static List<TrackedFile> ProjectFiles()
    {
        var projects = Repository.Files.Where(file => file.Name.EndsWith(".csproj", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(projects);
        return projects;
    }

    /// <summary>The types and members of other assemblies that an assembly names, as documentation ids without parameters.</summary>
    private static List<string> ReferredSymbols(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        var symbols = new List<string>();
        foreach (var handle in metadata.TypeReferences)
        {
            symbols.Add($"T:{TypeName(metadata, handle)}");
        }

        foreach (var handle in metadata.MemberReferences)
        {
            var member = metadata.GetMemberReference(handle);
            if (member.Parent.Kind == HandleKind.TypeReference)
            {
                var name = metadata.GetString(member.Name);
                var owner = TypeName(metadata, (TypeReferenceHandle)member.Parent);
                symbols.Add(name.StartsWith("get_", StringComparison.Ordinal) ? $"P:{owner}.{name[4..]}" : $"M:{owner}.{name}");
            }
        }

        return symbols;
    }

    private static string TypeName(MetadataReader metadata, TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        var name = metadata.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{TypeName(metadata, (TypeReferenceHandle)type.ResolutionScope)}.{name}"
            : $"{metadata.GetString(type.Namespace)}.{name}";
    }

    private static bool Bans(string entry, string symbol) => entry[0] == 'N'
        ? symbol.StartsWith($"T:{entry[2..]}.", StringComparison.Ordinal)
        : symbol == entry;
}
