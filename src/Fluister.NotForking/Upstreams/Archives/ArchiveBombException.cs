namespace Fluister.NotForking.Upstreams.Archives;

/// <summary>An archive unpacks to more than it may.</summary>
/// <param name="limit">How much that is, in bytes.</param>
internal sealed class ArchiveBombException(long limit) : Exception($"it unpacks to more than {limit >> 20} MiB");
