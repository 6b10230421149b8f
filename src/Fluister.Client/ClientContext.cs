using Fluister.Client.Store;
using Fluister.Client.Transport;
using Fluister.Cryptography;
using Fluister.Protocol.Keys;

namespace Fluister.Client;

/// <summary>What the rooms of an open account share.</summary>
/// <param name="Store">What it keeps.</param>
/// <param name="Self">Who it is.</param>
/// <param name="Api">Its home server.</param>
/// <param name="TrustRoots">Keys to which sender certificates must lead, as the home server names them now.</param>
/// <param name="Clock">The time.</param>
/// <param name="Random">Randomness.</param>
/// <param name="Tell">Takes events, in order, after what they tell of is in the store; does not wait.</param>
internal sealed record ClientContext(
    ClientStore Store, Self Self, HomeServerApi Api, Func<IReadOnlyList<PublicKey>> TrustRoots, TimeProvider Clock, RandomSource Random,
    Action<ClientEvent> Tell)
{
    private bool _isWatched;

    /// <summary>Who it is now.</summary>
    public Self Self { get; private set; } = Self;

    /// <summary>Within a transaction: the profile's key, or what the server tells of the account, is another now. It is kept, and taken
    /// back
    /// with the transaction.</summary>
    public void Become(Self now)
    {
        if (!_isWatched)
        {
            _isWatched = true;
            Store.WhenRolledBack(() => Self = Store.Items.Self() ?? Self);
        }

        Store.Items.Save(now);
        Self = now;
    }

    /// <summary>A fresh id of a row: a UUID of version 4.</summary>
    public string NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        Random.Fill(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }
}
