using Fluister.NotForking.Configuration;
using Fluister.NotForking.Texts;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Modifications;

/// <summary>`method = fragment_patch`: patches of parts of files, each found by the line that it begins with, wherever that is.</summary>
internal sealed class FragmentPatch : Modification
{
    private readonly PatchOptions _options;
    private readonly List<Fragment> _fragments;

    /// <summary>Reads the body.</summary>
    /// <exception cref="NotForkException">It is malformed, or an option is not understood.</exception>
    public FragmentPatch(ModificationFile file, int dialect)
        : base(file.Place)
    {
        _options = file.PatchOptions(dialect);
        _fragments = new FragmentReader(file).Read();
    }

    /// <inheritdoc/>
    public override void Apply(Workspace tree, ModificationRun run)
    {
        foreach (var fragment in _fragments)
        {
            PatchResult? result = null;
            tree.Edit(fragment.Path, text => Patched(text, fragment, out result), fragment.Place);
            run.Watch?.Invoke(new Edit(fragment.Place, fragment.Path, result!.Hunks.Count, result.Offset, result.Fuzz));
        }
    }

    private byte[] Patched(byte[] text, Fragment fragment, out PatchResult result)
    {
        var lines = new TextLines(text);
        var (from, next) = fragment.Find(lines) ?? throw new NotForkException(
            ExitCode.Drift, $"\"{fragment.Path}\" has no fragment \"{fragment.Value}\" in this version.", fragment.Place);
        var patch = new FilePatch(fragment.Place, fragment.Path, fragment.Path, null, fragment.Hunks);
        var what = fragment.Start is null ? $"the beginning of \"{fragment.Path}\""
            : $"the fragment \"{fragment.Value}\" of \"{fragment.Path}\"";
        result = PatchBody.ApplyAll(patch, lines.Keep(from, next), _options, what);
        return [.. lines.Range(0, from), .. result.Text, .. lines.Range(next, lines.Count)];
    }
}
