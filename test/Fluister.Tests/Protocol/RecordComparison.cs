using Fluister.Tests.Protocol.Fuzzing;

namespace Fluister.Tests.Protocol;

/// <summary>Compares session records field by field, but for what a step draws at random.</summary>
/// <remarks>
/// A message of a new chain makes its receiver draw a new ratchet key of its own, on which the root key and the sender chain depend
/// from then on. Everything else is determined.
/// </remarks>
internal static class RecordComparison
{
    private const int RootKey = 4;
    private const int SenderChain = 6;
    private const int SenderRatchetKey = 1;

    /// <summary>Asserts that two records hold the same, where a ratchet step was taken in both.</summary>
    public static void AssertSame(byte[] expected, byte[] actual, string what)
    {
        if (expected.AsSpan().SequenceEqual(actual))
        {
            return;
        }

        var (theirs, ours) = (ProtoField.Parse(expected)!, ProtoField.Parse(actual)!);
        Assert.Equal(theirs.Count, ours.Count);
        for (var i = 0; i < theirs.Count; i++)
        {
            Assert.Equal(theirs[i].Number, ours[i].Number);
            if (theirs[i].Number != 1)
            {
                Assert.True(theirs[i].Content.AsSpan().SequenceEqual(ours[i].Content), $"{what}: an archived session differs.");
            }
        }

        AssertSameSession(theirs.Find(f => f.Number == 1)!.Content, ours.Find(f => f.Number == 1)!.Content, what);
    }

    private static void AssertSameSession(byte[] expected, byte[] actual, string what)
    {
        var (theirs, ours) = (ProtoField.Parse(expected)!, ProtoField.Parse(actual)!);
        var fresh = !RatchetKey(theirs).AsSpan().SequenceEqual(RatchetKey(ours));
        Assert.Equal(theirs.Select(f => (f.Number, f.Type)), ours.Select(f => (f.Number, f.Type)));
        foreach (var (official, own) in theirs.Zip(ours))
        {
            var isDrawn = fresh && official.Number is RootKey or SenderChain;
            Assert.True(
                isDrawn || (official.Value == own.Value && official.Content.AsSpan().SequenceEqual(own.Content)),
                $"{what}: field {official.Number} differs.\n"
                    + $"official {Convert.ToHexString(official.Content)}\nours     {Convert.ToHexString(own.Content)}");
        }
    }

    private static byte[] RatchetKey(List<ProtoField> session) =>
        session.Find(f => f.Number == SenderChain) is { } chain
            ? ProtoField.Parse(chain.Content)!.Find(f => f.Number == SenderRatchetKey)!.Content
            : [];
}
