using System.Text;
using System.Text.RegularExpressions;
using Fluister.NotForking.Configuration;
using Fluister.NotForking.Texts;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Modifications;

/// <summary>`method = replace`: "old = new" lines; the new file lies beside the configuration and may add to the tree. "old = +new"
/// replaces a file of upstream's by one in which `$LUMO_VERSION` and `$LUMO_COMMIT_ID` get their values.</summary>
internal sealed partial class Replace : Modification
{
    private readonly List<(Place Place, string Path, string From, bool IsExpanded)> _files = [];

    /// <summary>Reads the body.</summary>
    /// <exception cref="NotForkException">A line is malformed, or names a file that is not there.</exception>
    public Replace(ModificationFile file)
        : base(file.Place)
    {
        foreach (var (place, text) in file.Body.Where(line => !Blank().IsMatch(line.Text)))
        {
            var match = Line().Match(text);
            if (!match.Success)
            {
                throw new NotForkException(ExitCode.Configuration, "Not \"FILE OF UPSTREAM = FILE BESIDE THIS ONE\".", place);
            }

            var isExpanded = match.Groups[2].Value.StartsWith('+');
            var from = Payload(file.Folder, PerlText.Decode(match.Groups[2].Value[(isExpanded ? 1 : 0)..], place), place);
            _files.Add((place, TreePath.Checked(PerlText.Decode(match.Groups[1].Value, place), place), from, isExpanded));
        }
    }

    /// <inheritdoc/>
    public override void Apply(Workspace tree, ModificationRun run)
    {
        foreach (var (place, path, from, isExpanded) in _files)
        {
            if (isExpanded)
            {
                var text = Encoding.Latin1.GetString(File.ReadAllBytes(from));
                tree.Edit(path, _ => Encoding.Latin1.GetBytes(LumoVariables.Expand(text, run)), place);
            }
            else
            {
                var isExecutable = !OperatingSystem.IsWindows() && File.GetUnixFileMode(from).HasFlag(UnixFileMode.UserExecute);
                tree.Put(new TreeEntry(path, EntryKind.File, isExecutable, from));
            }

            run.Watch?.Invoke(new Edit(place, path, 1));
        }
    }

    [GeneratedRegex(@"^\s*(#|$)", RegexOptions.ECMAScript, 1000)]
    private static partial Regex Blank();

    [GeneratedRegex(@"^\s*(\S+)\s*=\s*(\S+)\s*$", RegexOptions.ECMAScript, 1000)]
    private static partial Regex Line();

    /// <summary>The file beside the configuration: also beside another NAME of the same not-fork.d, but not outside of that.</summary>
    private static string Payload(string folder, string name, Place place)
    {
        var root = Path.GetFullPath(Path.Combine(folder, ".."));
        var path = Path.GetFullPath(Path.Combine(folder, "./" + name));
        if (!path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new NotForkException(ExitCode.Configuration, $"\"{name}\" lies outside of the folder with the configurations.", place);
        }

        // NAME itself may be a link: that is how a person keeps a recipe elsewhere. What it brings may not.
        var inside = Path.GetRelativePath(root, path).Split('/', 2);
        var isBehindLink = inside is [var other, var rest] && TreePath.IsBehindLink(Path.Combine(root, other), rest);
        var file = new FileInfo(path);
        return file.LinkTarget is null && file.Exists && !isBehindLink ? path : throw new NotForkException(
            ExitCode.Configuration, $"\"{name}\" is not a regular file beside the configuration.", place);
    }
}
