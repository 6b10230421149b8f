using System.Buffers;
using Fluister.NotForking.Configuration;
using Fluister.NotForking.Texts;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Modifications;

/// <summary>`method = patch`: a diff of files that upstream has. It makes, deletes and renames none.</summary>
internal sealed class Patch : Modification
{
    private static readonly SearchValues<char> Special = SearchValues.Create(" \t\n=^![()$'\"&*?;|<>\\`");
    private readonly bool _isStrict;
    private readonly PatchOptions _options;
    private readonly IReadOnlyList<FilePatch> _files;

    /// <summary>Reads the body.</summary>
    /// <exception cref="NotForkException">It is malformed, or an option is not understood.</exception>
    public Patch(ModificationFile file, int dialect)
        : base(file.Place)
    {
        _isStrict = dialect > 0;
        _options = file.PatchOptions(dialect);
        _files = PatchReader.Read(file.BodyBytes(), file.BodyPlace(), _options);
    }

    /// <inheritdoc/>
    public override void Apply(Workspace tree, ModificationRun run)
    {
        foreach (var file in _files)
        {
            Refuse(file);
            if (run.IsPart && !_isStrict && file.Choose(name => tree.Upstream.Whole?.Find(name) is not null) is null)
            {
                throw new NotForkException(
                    ExitCode.Configuration, "In dialect 0 a patch is looked for from upstream's own root, so that below `subtree` or "
                    + "`prefix` it is left out in silence; write `dialect = 1`, or use fragment_patch.", file.Place);
            }

            var path = file.Choose(name => tree.Find(name) is not null) ?? throw new NotForkException(
                ExitCode.Drift,
                $"This version has no file {string.Join(" or ", file.Names.Distinct().Select(name => $"\"{name}\""))} to patch.",
                file.Place);
            if (!_isStrict && (path.AsSpan().IndexOfAny(Special) >= 0 || path[0] is '#' or '~'))
            {
                throw new NotForkException(
                    ExitCode.Configuration,
                    $"Dialect 0 cannot patch \"{path}\", whose name has a character that shells know; write `dialect = 1`.", file.Place);
            }

            PatchResult? result = null;
            tree.Edit(path, text => (result = Applied(text, file, path)).Text, file.Place);
            if (file.Mode is { } mode)
            {
                tree.Chmod(path, (mode & 0b001_000_000) != 0);
            }

            run.Watch?.Invoke(new Edit(file.Place, path, result!.Hunks.Count(hunk => hunk.Line > 0), result.Offset, result.Fuzz));
        }
    }

    private static void Refuse(FilePatch file)
    {
        var what = file.IsMove ? "renames or copies a file; use `rename` of dialect 1, or `replace`"
            : file.NewIsMissing == 2 ? "deletes a file; use `delete` of dialect 1" : file.Names.Any() ? null
            : file.OldIsMissing == 2 ? "makes a file; use `replace`" : "names no file inside of the tree";
        if (what is not null)
        {
            throw new NotForkException(ExitCode.Configuration, $"This patch {what}.", file.Place);
        }
    }

    private PatchResult Applied(byte[] text, FilePatch file, string path)
    {
        // As the program does with -N, what upstream has already is left out; but only if it has all of it.
        if (!_isStrict && FilePatcher.Apply(text, file, _options) is { LooksApplied: true, IsComplete: false } result
            && FilePatcher.Apply(text, file, _options with { Reverse = !_options.Reverse, Force = true }).IsComplete)
        {
            return result;
        }

        return PatchBody.ApplyAll(file, text, _options, $"\"{path}\"");
    }
}
