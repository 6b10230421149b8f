using System.Security.Cryptography;

namespace Fluister.Protocol.Ratchets.Spqr;

/// <summary>One step of the ratchet, not yet taken.</summary>
internal sealed class SpqrStep : IDisposable
{
    private readonly SpqrRatchet _ratchet;
    private readonly SpqrState _from;
    private readonly SpqrState _to;
    private readonly byte[] _message;
    private readonly byte[] _key;
    private bool _taken;

    internal SpqrStep(SpqrRatchet ratchet, SpqrState from, SpqrState to, byte[] message, byte[] key) =>
        (_ratchet, _from, _to, _message, _key) = (ratchet, from, to, message, key);

    /// <summary>The bytes for the message's field pq_ratchet; empty for a step of receiving.</summary>
    public ReadOnlySpan<byte> Message => _message;

    /// <summary>The key of this message, 32 bytes.</summary>
    public ReadOnlySpan<byte> Key => _key;

    /// <summary>Takes the step, once.</summary>
    /// <exception cref="InvalidOperationException">Another step was taken since this one was made.</exception>
    public void Commit()
    {
        _ratchet.Take(_from, _to);
        _taken = true;
    }

    /// <summary>Clears the key, and where the step was not taken what it would have led to.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_key);
        if (!_taken)
        {
            _to.ClearAllBut(_from);
        }
    }
}
