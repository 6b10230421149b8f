namespace Fluister.Client;

internal static partial class ClientLimits
{
    /// <summary>Messages of the history that are given at once. Ours: a screen's worth many times over.</summary>
    public const int PastMessages = 1000;
}
