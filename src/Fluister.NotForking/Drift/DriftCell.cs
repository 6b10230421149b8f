namespace Fluister.NotForking.Drift;

/// <summary>How one modification fits one version.</summary>
/// <param name="Status">How.</param>
/// <param name="Sentence">The same in a sentence: what was edited, or why it fails.</param>
internal sealed record DriftCell(DriftStatus Status, string Sentence)
{
    /// <summary>One letter for a table.</summary>
    public char Letter => Status switch
    {
        DriftStatus.Fits => '=',
        DriftStatus.Offset => 'o',
        DriftStatus.Fuzz => '~',
        DriftStatus.Fails => 'X',
        DriftStatus.AssertionFails => '!',
        _ => '.',
    };

    /// <summary>The status in words, as JSON has it.</summary>
    public string Word => Status switch
    {
        DriftStatus.Fits => "fits",
        DriftStatus.Offset => "offset",
        DriftStatus.Fuzz => "fuzz",
        DriftStatus.Fails => "fails",
        DriftStatus.AssertionFails => "assertion-fails",
        _ => "not-applicable",
    };

    /// <summary>Whether the recipe cannot be used because of it.</summary>
    public bool IsBad => Status is DriftStatus.Fails or DriftStatus.AssertionFails;
}
