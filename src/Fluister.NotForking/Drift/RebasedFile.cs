namespace Fluister.NotForking.Drift;

/// <summary>One file that a rebased patch edits.</summary>
/// <param name="Path">Which.</param>
/// <param name="Theirs">The file of the new version, before the patch.</param>
/// <param name="Merged">What the patch is to make of it.</param>
/// <param name="Conflicts">The lines of the merged text, from 1, that stand between conflict markers.</param>
internal sealed record RebasedFile(string Path, byte[] Theirs, byte[] Merged, IReadOnlyList<(int From, int To)> Conflicts)
{
    /// <summary>Whether upstream has the change already.</summary>
    public bool IsNeedless => Theirs.AsSpan().SequenceEqual(Merged);
}
