using Fluister.Protocol.Addresses;

namespace Fluister.Client;

/// <summary>A message of the history, as far as a list of messages shows it.</summary>
/// <param name="Id">The store's id.</param>
/// <param name="Author">Who wrote it.</param>
/// <param name="Timestamp">By the author's clock, in milliseconds of Unix time; with the author it names the message.</param>
/// <param name="Text">The text as it is now; null where there is none.</param>
/// <param name="FileNames">Its files, by name or, where they have none, by type.</param>
/// <param name="IsErased">Deleted for everyone, or looked at once.</param>
public sealed record PastMessage(
    string Id, ServiceId Author, long Timestamp, string? Text, IReadOnlyList<string> FileNames, bool IsErased);
