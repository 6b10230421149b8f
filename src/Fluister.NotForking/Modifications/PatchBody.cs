using Fluister.NotForking.Configuration;
using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Modifications;

/// <summary>What the two methods with patches take from their files.</summary>
internal static class PatchBody
{
    /// <summary>The options by which patches are read and applied: the `options` key; `list` is for the program only.</summary>
    /// <exception cref="NotForkException">An option is not understood.</exception>
    public static PatchOptions PatchOptions(this ModificationFile file, int dialect) => dialect > 0
        ? Texts.PatchOptions.Strict
        : PatchOptionsReader.Read(file.Keys.GetValueOrDefault("options", PatchOptionsReader.Usual), file.At("options"));

    /// <summary>Where the body begins.</summary>
    public static Place BodyPlace(this ModificationFile file) => file.Body.Count > 0 ? file.Body[0].Place : file.Place;

    /// <summary>The body's bytes.</summary>
    public static ReadOnlyMemory<byte> BodyBytes(this ModificationFile file) => file.Bytes.AsMemory(file.BodyOffset);

    /// <summary>Applies hunks, all of them.</summary>
    /// <param name="patch">The hunks.</param>
    /// <param name="text">What they are applied to.</param>
    /// <param name="options">How.</param>
    /// <param name="what">The text's name for a person.</param>
    /// <exception cref="NotForkException">One does not fit.</exception>
    public static PatchResult ApplyAll(FilePatch patch, ReadOnlyMemory<byte> text, PatchOptions options, string what)
    {
        var result = FilePatcher.Apply(text, patch, options);
        if (result.IsComplete && !result.Glues)
        {
            return result;
        }

        var failed = result.Hunks.Where(hunk => hunk.Line == 0).Select(hunk => hunk.Hunk).ToList();
        throw new NotForkException(ExitCode.Drift, failed.Count == 0
            ? $"The patch puts a line behind the last one of {what}, which has no line end: they would be one line."
            : $"The patch does not fit {what} ({failed.Count} of {result.Hunks.Count} hunks): " + (result.LooksApplied
                ? "this version has the change already, or a part of it." : "the lines that it needs are not there."),
            failed.FirstOrDefault()?.Place ?? patch.Place);
    }
}
