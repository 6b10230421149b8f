using Fluister.Server.Operations;
using Fluister.Wire.Descriptors;

namespace Fluister.Server.Federation;

/// <summary>Whose word on builds an operator believes, and how many of them must have given it for a peer's build.</summary>
/// <param name="Keys">The rebuilders' keys (SubjectPublicKeyInfo in hexadecimal), each once.</param>
/// <param name="Needed">How many; with 0 every peer's build will do.</param>
internal sealed record Rebuilders(IReadOnlySet<string> Keys, int Needed)
{
    private const int ShownDigits = 16;

    /// <summary>Nobody's word is needed.</summary>
    public static Rebuilders None { get; } = new(new HashSet<string>(), 0);

    /// <summary>Those of the settings, which were checked.</summary>
    public static Rebuilders Of(ServerOptions options) => new(
        options.Rebuilders.Select(key => Convert.ToHexString(Convert.FromBase64String(key))).ToHashSet(StringComparer.Ordinal),
        options.RebuildersNeeded);

    /// <summary>Until when as many as are needed attest a peer's build; never where there are not as many, for ever where none is
    /// needed.</summary>
    public DateTimeOffset Until(DescriptorJson said)
    {
        if (Needed == 0)
        {
            return DateTimeOffset.MaxValue;
        }

        var ends = Attesting(said).Order().ToList();
        return ends.Count < Needed ? DateTimeOffset.MinValue : ends[^Needed];
    }

    /// <summary>Why a peer is held back for its build, in a sentence for operators; none where it is not.</summary>
    public string? Explain(DescriptorJson said, DateTimeOffset now)
    {
        if (Until(said) > now)
        {
            return null;
        }

        return BuildAttestation.IsTree(said.SourceTree) && BuildAttestation.IsBuild(said.Build)
            ? $"Its build {said.Build![..ShownDigits]} of source tree {said.SourceTree![..ShownDigits]} is attested by "
                + $"{Attesting(said).Count(end => end > now)} of the {Needed} rebuilders that are needed."
            : $"It does not state of which source tree its build is, and {Needed} rebuilders that attest it are needed.";
    }

    // Until when each of them who attests it does: of each the last word, about the very build and source tree that the peer states.
    private IEnumerable<DateTimeOffset> Attesting(DescriptorJson said) => (said.Attestations ?? [])
        .Take(ServerLimits.Attestations)
        .Where(attestation => attestation is not null && Keys.Contains(Convert.ToHexString(attestation.Key)))
        .Select(attestation => (Key: Convert.ToHexString(attestation.Key), Said: attestation.Read()))
        .Where(entry => entry.Said is { } statement && statement.SourceTree == said.SourceTree && statement.Attests(said.Build))
        .GroupBy(entry => entry.Key, entry => entry.Said!.Until(), StringComparer.Ordinal)
        .Select(rebuilder => rebuilder.Max());
}
