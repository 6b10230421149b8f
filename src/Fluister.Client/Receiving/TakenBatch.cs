namespace Fluister.Client.Receiving;

/// <summary>What became of the envelopes of one commit.</summary>
internal sealed class TakenBatch
{
    /// <summary>What to tell after the commit, in order.</summary>
    public List<ClientEvent> Events { get; } = [];

    /// <summary>Sessions that others began, with pre-keys of ours.</summary>
    public int Handshakes { get; set; }

    /// <summary>Adds an event, if there is one.</summary>
    public void Add(ClientEvent? told)
    {
        if (told is not null)
        {
            Events.Add(told);
        }
    }
}
