namespace Fluister.Archive.Exports.Output;

/// <summary>What the end of an export says about all of it.</summary>
internal readonly record struct Totals(
    long Messages, long OmittedDisappearing, long OmittedViewOnce, long MissingMedia, long DamagedMedia)
{
    /// <summary>True where messages were left out for the sake of their senders.</summary>
    internal bool Omits => OmittedDisappearing + OmittedViewOnce > 0;
}
