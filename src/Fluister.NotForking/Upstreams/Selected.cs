using Fluister.NotForking.Configuration;

namespace Fluister.NotForking.Upstreams;

/// <summary>The version that was chosen, and where it comes from.</summary>
/// <param name="Block">The block of upstream.conf.</param>
/// <param name="Upstream">Its upstream.</param>
/// <param name="Revision">The version.</param>
public sealed record Selected(Block Block, Upstream Upstream, Revision Revision);
