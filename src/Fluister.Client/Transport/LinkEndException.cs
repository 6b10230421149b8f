namespace Fluister.Client.Transport;

/// <summary>No connection could be opened.</summary>
internal sealed class LinkEndException(LinkEnd end) : Exception(end.Cause.Message, end.Cause)
{
    /// <summary>Why.</summary>
    public LinkEnd End => end;
}
