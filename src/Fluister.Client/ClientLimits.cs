namespace Fluister.Client;

/// <summary>Every bound of the client, with its reason.</summary>
internal static partial class ClientLimits
{
    /// <summary>Bytes of one answer of the home server; the largest are lists of storage items. Ours.</summary>
    public const int ResponseBytes = 8 << 20;
}
