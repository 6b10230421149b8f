namespace Fluister.NotForking.Configuration;

/// <summary>Where sources come from: the keys of upstream.conf, with one `block` of it.</summary>
/// <param name="Place">The line where it begins.</param>
/// <param name="Keys">Keys in lower case, with values.</param>
public sealed record Block(Place Place, IReadOnlyDictionary<string, string> Keys);
