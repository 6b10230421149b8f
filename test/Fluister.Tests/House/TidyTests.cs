using System.Text.RegularExpressions;

namespace Fluister.Tests.House;

/// <summary>What every tracked file keeps to.</summary>
public sealed partial class TidyTests
{
    private const int LongestLine = 140;
    private const long LargestFile = 1 << 20;

    /// <summary>Files that programs look for by convention, so that nobody names them.</summary>
    private static readonly HashSet<string> FoundByConvention =
    [
        ".editorconfig", ".gitattributes", ".gitignore", "Directory.Build.props", "Directory.Packages.props", "LICENSE", "README.md",
        "BannedSymbols.txt", "package.json", "package-lock.json", "packages.lock.json", "runtimeconfig.template.json", "upstream.conf",
    ];

    [Fact]
    public void Lines_of_code_are_not_too_long() => NoLine(
        Repository.Texts.Where(file => IsCode(file) && !IsTable(file)),
        line => line.Length > LongestLine,
        $"longer than {LongestLine} characters");

    [Fact]
    public void No_file_is_large() =>
        Assert.Empty(Repository.Files.Where(file => new FileInfo(file.FullPath).Length > LargestFile).Select(file => file.Path));

    [Fact]
    public void Every_file_is_named_by_another() =>
        Assert.Empty(Repository.Files
            .Where(file => Path.GetExtension(file.Name) is not (".cs" or ".proto" or ".mod"))
            .Where(file => !FoundByConvention.Contains(file.Name) && !IsNamed(file))
            .Select(file => file.Path));

    // In pieces, so that this file does not hold what it looks for.
    [Fact]
    public void No_file_names_a_machine_of_ours_or_a_package_registry() => NoLine(
        Repository.Texts,
        line => Regex.IsMatch(line, @"(^|[^\w.~$}-])/(wo" + @"rk|tm" + @"p/h|ro" + @"ot|ho" + @"me/(runner|builder))/")
            || Regex.IsMatch(line, @"\b(regis" + @"try\.|api\.nu" + @"get\.|npm" + @"js\.|pypi\.o)"),
        "names a machine's path or a package registry");

    [Fact]
    public void Nothing_is_left_for_later() => NoLine(
        Repository.Texts,
        line => Regex.IsMatch(line, @"\b(TO" + @"DO|FIX" + @"ME|HA" + @"CK|XX" + @"X)\b"),
        "a mark of unfinished work");

    [Fact]
    public void Links_between_documents_resolve()
    {
        var broken = new List<string>();
        var links = 0;
        foreach (var file in Repository.Texts.Where(file => file.Name.EndsWith(".md", StringComparison.Ordinal) && !file.IsGolden))
        {
            foreach (var target in Link().Matches(CodeBlock().Replace(file.Text, "")).Select(match => match.Groups[1].Value))
            {
                links++;
                var path = Path.GetRelativePath(Repository.Root, Path.Combine(Path.GetDirectoryName(file.FullPath)!, target.Split('#')[0]));
                if (!(target.StartsWith('#') ? HasHeading(file, target) : IsTracked(path) && HasHeading(path, target)))
                {
                    broken.Add($"{file.Path}: {target}");
                }
            }
        }

        Assert.Empty(broken);
        Assert.NotEqual(0, links);
    }

    private static void NoLine(IEnumerable<TrackedFile> files, Func<string, bool> isBad, string complaint)
    {
        var bad = new List<string>();
        var read = 0;
        foreach (var file in files)
        {
            read++;
            bad.AddRange(file.Text.Split('\n').Index().Where(line => isBad(line.Item))
                .Select(line => $"{file.Path}:{line.Index + 1}: {complaint}"));
        }

        Assert.True(bad.Count == 0, string.Join('\n', bad));
        Assert.NotEqual(0, read);
    }

    private static bool IsCode(TrackedFile file) =>
        Path.GetExtension(file.Name) is ".cs" or ".mjs" or ".py" or ".sh" || file.Text.StartsWith("#!", StringComparison.Ordinal);

    /// <summary>Data in the form of code, made by a program.</summary>
    private static bool IsTable(TrackedFile file) => file.Name.EndsWith(".Table.cs", StringComparison.Ordinal);

    /// <summary>
    /// Another file names it: by its name alone where only one file is called so; else from the same folder or with the folder's name.
    /// </summary>
    private static bool IsNamed(TrackedFile file)
    {
        var isUnique = Repository.Files.Count(other => other.Name == file.Name) == 1;
        var name = Whole(file.Name);
        var nameWithFolder = Whole($"{Path.GetFileName(file.Folder)}/{file.Name}");
        return Repository.Texts.Any(other => other.Path != file.Path
            && (isUnique || other.Folder == file.Folder ? name : nameWithFolder).IsMatch(other.Text));
    }

    private static Regex Whole(string name) => new($@"(?<![\w-]){Regex.Escape(name)}(?![\w-])");

    private static bool IsTracked(string path) =>
        Repository.Has(path) || Repository.Files.Any(file => file.Path.StartsWith(path.TrimEnd('/') + "/", StringComparison.Ordinal));

    private static bool HasHeading(string path, string target) =>
        !target.Contains('#', StringComparison.Ordinal) || HasHeading(Repository.File(path), target);

    private static bool HasHeading(TrackedFile file, string target) =>
        Heading().Matches(file.Text).Any(match => Anchor(match.Groups[1].Value) == target.Split('#')[1]);

    /// <summary>A heading's anchor as forges make it.</summary>
    private static string Anchor(string heading) =>
        string.Concat(heading.ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-');

    [GeneratedRegex(@"\]\((?![a-z]+:)([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"^#+ (.*?)\s*$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
