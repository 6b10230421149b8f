namespace Fluister.NotForking.Texts;

/// <summary>Applies what a patch says about one file, as GNU patch 2.7 does.</summary>
internal static class FilePatcher
{
    /// <summary>Applies hunks to a text.</summary>
    /// <param name="text">The old text.</param>
    /// <param name="patch">What to do; only its hunks and whether there is an old or new file count.</param>
    /// <param name="options">How.</param>
    /// <returns>The new text as far as hunks fit, and what became of each.</returns>
    public static PatchResult Apply(ReadOnlyMemory<byte> text, FilePatch patch, PatchOptions options)
    {
        var applier = new HunkApplier(text, options.IgnoreBlanks);
        var results = new List<HunkResult>();
        var isReversed = options.Reverse;
        var isIgnored = LooksReversed(patch, text.IsEmpty, isReversed) && AnswersReversed(options, ref isReversed);
        var looksApplied = isIgnored;
        foreach (var hunk in patch.Hunks)
        {
            var before = applier.Moved;
            var (line, fuzz) = (0, 0);
            for (var most = Math.Min(options.MaxFuzz, Math.Max(hunk.Prefix, hunk.Suffix)); !isIgnored; fuzz++)
            {
                line = applier.Locate(isReversed ? hunk.Reversed() : hunk, fuzz);
                if (line == 0 && results.Count == 0 && !options.Force && isReversed == options.Reverse
                    && applier.Locate(isReversed ? hunk : hunk.Reversed(), fuzz) is > 0 and var undone)
                {
                    looksApplied = true;
                    isIgnored = AnswersReversed(options, ref isReversed);
                    line = isIgnored ? 0 : undone;
                }

                if (line > 0 || fuzz >= most)
                {
                    break;
                }
            }

            var turned = isReversed ? hunk.Reversed() : hunk;
            var creates = line == 1 && (isReversed ? patch.NewIsMissing : patch.OldIsMissing) == 2 && !text.IsEmpty;
            var isDone = !isIgnored && line > 0 && !creates && applier.Apply(turned, line);
            results.Add(isDone ? new HunkResult(hunk, line, applier.Moved, fuzz) : new HunkResult(hunk, 0));
        }

        return new PatchResult(applier.Finish(), results, looksApplied, applier.Glues);
    }

    private static bool LooksReversed(FilePatch patch, bool isEmpty, bool isReversed)
    {
        var (old, @new) = isReversed ? (patch.NewIsMissing, patch.OldIsMissing) : (patch.OldIsMissing, patch.NewIsMissing);
        return isEmpty ? @new > 0 && !(@new == 1 && old == 2) : old == 2;
    }

    /// <summary>Answers the question whether a patch is to be undone; true: it is left out.</summary>
    private static bool AnswersReversed(PatchOptions options, ref bool isReversed)
    {
        if (options.Forward || !(options.Force || options.Batch))
        {
            return true;
        }

        isReversed ^= !options.Force;
        return false;
    }
}
