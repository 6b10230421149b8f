namespace Fluister.NotForking.Rebuild.Documents;

/// <summary>Something of others that is in a release, or was used to make it.</summary>
/// <param name="Purl">Its package URL, which names it.</param>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Algorithm">"SHA-256" or "SHA-512".</param>
/// <param name="Hash">In hexadecimal digits, of the package as it is fetched.</param>
/// <param name="IsShipped">Whether it is in the release; else it only took part in making it.</param>
/// <param name="DependsOn">Package URLs.</param>
internal sealed record Component(
    string Purl, string Name, string Version, string Algorithm, string Hash, bool IsShipped, IReadOnlyList<string> DependsOn);
