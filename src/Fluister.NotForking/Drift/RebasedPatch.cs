using System.Text;
using Fluister.NotForking.Configuration;
using Fluister.NotForking.Modifications;
using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Drift;

/// <summary>A patch as it is for a new version, or the conflicts that are in the way.</summary>
/// <param name="File">The .mod file as it was.</param>
/// <param name="Files">What it is to make of each file.</param>
internal sealed record RebasedPatch(ModificationFile File, IReadOnlyList<RebasedFile> Files)
{
    /// <summary>Whether both sides changed the same lines somewhere.</summary>
    public bool HasConflicts => Files.Any(file => file.Conflicts.Count > 0);

    /// <summary>The .mod file for the new version: the same header and text before the first patch, new hunks.</summary>
    /// <param name="dialect">The recipe's.</param>
    /// <exception cref="NotForkException">The old file's options, or what it edits, cannot be written so.</exception>
    public byte[] Write(int dialect)
    {
        var options = File.PatchOptions(dialect);
        if (options is not { Strip: 1, Reverse: false, IgnoreBlanks: false })
        {
            throw new NotForkException(
                ExitCode.Configuration, "A patch with these options is not rewritten; -p1 alone is.", File.At("options"));
        }

        var isFragments = "fragment_patch".Equals(File.Keys.GetValueOrDefault("method"), StringComparison.OrdinalIgnoreCase);
        var bytes = isFragments ? Fragments() : Patch(options);
        Check(bytes, isFragments, options);
        return bytes;
    }

    private byte[] Patch(PatchOptions options)
    {
        var patches = PatchReader.Read(File.BodyBytes(), File.BodyPlace(), options);
        var lines = new TextLines(File.Bytes);
        var output = new MemoryStream();
        output.Write(lines.Range(0, patches[0].Place.Line - 1));
        foreach (var file in Files.Where(file => !file.IsNeedless))
        {
            var mode = patches.FirstOrDefault(patch => patch.Names.Contains(file.Path, StringComparer.Ordinal))?.Mode;
            if (mode is { } bits)
            {
                var (old, @new) = (bits & 0b001_000_000) != 0 ? ("100644", "100755") : ("100755", "100644");
                Line(output, $"diff --git a/{file.Path} b/{file.Path}\nold mode {old}\nnew mode {@new}");
            }

            var tab = file.Path.Contains(' ', StringComparison.Ordinal) ? "\t" : "";
            Line(output, $"--- a/{file.Path}{tab}\n+++ b/{file.Path}{tab}");
            output.Write(UnifiedDiff.Hunks(new TextLines(file.Theirs), new TextLines(file.Merged)));
        }

        return output.ToArray();
    }

    private byte[] Fragments()
    {
        var lines = new TextLines(File.Bytes);
        var output = new MemoryStream();
        var at = 0;
        foreach (var fragment in new FragmentReader(File).Read())
        {
            var file = Files.First(file => file.Path == fragment.Path);
            var hunks = UnifiedDiff.Hunks(Part(file.Theirs, fragment), Part(file.Merged, fragment));
            if (hunks.Length == 0)
            {
                throw new NotForkException(
                    ExitCode.Drift, $"Upstream has the change of the fragment \"{fragment.Value}\" already; take it out of the file.",
                    fragment.Place);
            }

            var from = fragment.Hunks[0].Place.Line - 1;
            output.Write(lines.Range(at, from));
            output.Write(hunks);
            for (at = from; at < lines.Count && !lines[at].SequenceEqual("---\n"u8); at++)
            {
            }
        }

        output.Write(lines.Range(at, lines.Count));
        return output.ToArray();
    }

    private static TextLines Part(byte[] text, Fragment fragment)
    {
        var lines = new TextLines(text);
        var (from, next) = fragment.Find(lines) ?? throw new NotForkException(
            ExitCode.Drift, $"\"{fragment.Path}\" has no fragment \"{fragment.Value}\" any more.", fragment.Place);
        return new TextLines(lines.Keep(from, next));
    }

    /// <summary>Applies what was written: it must give the merged files, without any offset or fuzz.</summary>
    private void Check(byte[] bytes, bool isFragments, PatchOptions options)
    {
        var place = new Place(File.Place.File + ".new");
        var body = bytes.AsMemory(File.BodyOffset);
        var found = Files.ToDictionary(file => file.Path, file => file.Theirs, StringComparer.Ordinal);
        if (isFragments)
        {
            var first = Encoding.Latin1.GetString(bytes.AsSpan(0, File.BodyOffset)).Count(letter => letter == '\n') + 1;
            var text = Encoding.Latin1.GetString(body.Span).Split('\n');
            var numbered = text.SkipLast(1).Select((line, at) => (place with { Line = first + at }, line));
            var file = File with { Bytes = bytes, Body = [.. numbered] };
            foreach (var fragment in new FragmentReader(file).Read())
            {
                var lines = new TextLines(found[fragment.Path]);
                var (from, next) = fragment.Find(lines)!.Value;
                var patch = new FilePatch(fragment.Place, null, null, null, fragment.Hunks);
                var result = Applied(patch, lines.Keep(from, next), options, fragment.Path);
                found[fragment.Path] = [.. lines.Range(0, from), .. result, .. lines.Range(next, lines.Count)];
            }
        }
        else if (body.Length > 0)
        {
            foreach (var patch in PatchReader.Read(body, place, options))
            {
                var path = patch.Choose(found.ContainsKey)!;
                found[path] = Applied(patch, found[path], options, path);
            }
        }

        if (Files.FirstOrDefault(file => !file.Merged.AsSpan().SequenceEqual(found[file.Path])) is { } wrong)
        {
            throw new NotForkException(ExitCode.Drift, $"The rewritten patch would not give the merged \"{wrong.Path}\".", File.Place);
        }
    }

    private byte[] Applied(FilePatch patch, ReadOnlyMemory<byte> text, PatchOptions options, string path)
    {
        var result = FilePatcher.Apply(text, patch, options with { MaxFuzz = 0 });
        return result is { IsComplete: true, Offset: 0 } ? result.Text
            : throw new NotForkException(ExitCode.Drift, $"The rewritten patch would not fit \"{path}\".", File.Place);
    }

    private static void Line(MemoryStream output, string text) => output.Write(Encoding.UTF8.GetBytes(text + "\n"));
}
