namespace Fluister.NotForking.Configuration;

/// <summary>What `not-fork.d/NAME` says, for one version and one computer: conditions have been decided.</summary>
/// <param name="Name">NAME.</param>
/// <param name="Folder">The folder.</param>
/// <param name="Dialect">0: the old language; 1: the strict one.</param>
/// <param name="Blocks">At least one; the first one that has a version wins.</param>
/// <param name="Modifications">The `.mod` files whose conditions hold, in the order of their names' bytes.</param>
public sealed record Recipe(
    string Name, string Folder, int Dialect, IReadOnlyList<Block> Blocks, IReadOnlyList<ModificationFile> Modifications);
