using System.Security.Cryptography;
using Fluister.Protocol.Encoding;

namespace Fluister.Protocol.Ratchets.Spqr.Chains;

/// <summary>The symmetric ratchet: from the secret of each epoch one chain of message keys for each direction (Double Ratchet,
/// revision 3, section 5). Never changed; a step gives a new one that shares all it can.</summary>
internal sealed class SpqrChain
{
    public const int KeyBytes = 32;

    /// <summary>Most epochs held: that of the latest message sent, the one before it, and the one after it.</summary>
    private const int MaximumEpochs = 3;

    private const uint DirectionField = 1;
    private const uint CurrentEpochField = 2;
    private const uint EpochsField = 3;
    private const uint RootField = 4;
    private const uint SendEpochField = 5;
    private const uint LimitsField = 6;

    private readonly ChainLimits _limits;
    private readonly bool _initiator;
    private readonly ulong _sendEpoch;
    private readonly ChainEpoch[] _epochs;
    private readonly byte[] _root;

    private SpqrChain(ChainLimits limits, bool initiator, ulong epoch, ulong sendEpoch, ChainEpoch[] epochs, byte[] root) =>
        (_limits, _initiator, Epoch, _sendEpoch, _epochs, _root) = (limits, initiator, epoch, sendEpoch, epochs, root);

    /// <summary>The salt of every derivation that has none of its own: 32 zero bytes.</summary>
    public static ReadOnlySpan<byte> NoSalt => [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>The latest epoch whose secret came in; epoch 0 has the secret of the handshake.</summary>
    public ulong Epoch { get; }

    private ulong FirstEpoch => Epoch - (ulong)(_epochs.Length - 1);

    /// <summary>Begins with the secret that the handshake gave.</summary>
    public static SpqrChain Begin(bool initiator, ReadOnlySpan<byte> secret, ChainLimits limits)
    {
        // The two spaces are Signal's.
        var (root, epoch) = Derive(NoSalt, secret, "Signal PQ Ratchet V1 Chain  Start"u8, initiator);
        return new(limits, initiator, 0, 0, [epoch], root);
    }

    /// <summary>With the next epoch's secret.</summary>
    public SpqrChain With(EpochSecret secret)
    {
        if (secret.Epoch != Epoch + 1)
        {
            throw new ArgumentException("Epochs come one after the other.", nameof(secret));
        }

        var (root, epoch) = Derive(_root, secret.Secret, "Signal PQ Ratchet V1 Chain Add Epoch"u8, _initiator);
        return new(_limits, _initiator, secret.Epoch, _sendEpoch, [.. _epochs, epoch], root);
    }

    /// <summary>The key of the next message to be sent in an epoch; epochs before it are closed for sending.</summary>
    /// <exception cref="ProtocolException">PostQuantumRatchet where the record was bent.</exception>
    public SpqrChain Send(ulong epoch, out uint index, Span<byte> key)
    {
        var at = Find(epoch);
        if (epoch < _sendEpoch)
        {
            throw SpqrRefusal.Refused("the epoch for sending went back");
        }

        // One epoch before it is kept, for messages of the peer that are still under way.
        var first = epoch == _sendEpoch ? 0 : Math.Max(0, at - 1);
        var epochs = _epochs[first..];
        at -= first;
        for (var i = 0; i < at && epoch != _sendEpoch; i++)
        {
            epochs[i] = epochs[i] with { Send = epochs[i].Send.End() };
        }

        var keys = epochs[at].Send.Advance(key);
        epochs[at] = epochs[at] with { Send = keys };
        index = keys.Counter;
        return new(_limits, _initiator, Epoch, epoch, epochs, _root);
    }

    /// <summary>The key of a received message.</summary>
    /// <exception cref="ProtocolException">Duplicate, KeyDropped, TooFarAhead; PostQuantumRatchet for an epoch to come.</exception>
    public SpqrChain Receive(ulong epoch, uint index, Span<byte> key)
    {
        var at = Find(epoch);
        ChainEpoch[] epochs = [.. _epochs];
        epochs[at] = epochs[at] with { Receive = epochs[at].Receive.Take(index, _limits, key) };
        return new(_limits, _initiator, Epoch, _sendEpoch, epochs, _root);
    }

    /// <summary>Whether messages of an epoch can be sent.</summary>
    public bool CanSend(ulong epoch) =>
        epoch >= _sendEpoch && epoch >= FirstEpoch && epoch <= Epoch && !_epochs[(int)(epoch - FirstEpoch)].Send.Ended;

    /// <summary>Reads the Chain of a session record.</summary>
    /// <exception cref="ProtocolException">Malformed.</exception>
    public static SpqrChain Read(ReadOnlySpan<byte> bytes)
    {
        // Bounds first: they stand behind the epochs that they bound.
        ulong direction = 0, epoch = 0, sendEpoch = 0;
        ChainLimits? limits = null;
        ReadOnlySpan<byte> root = default;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case DirectionField:
                    direction = reader.UInt64();
                    break;
                case CurrentEpochField:
                    epoch = reader.UInt64();
                    break;
                case RootField:
                    root = reader.Bytes();
                    break;
                case SendEpochField:
                    sendEpoch = reader.UInt64();
                    break;
                case LimitsField:
                    limits = ChainLimits.Read(reader.Bytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (limits is not { } bounds || direction > 1 || root.Length != KeyBytes)
        {
            throw SpqrRefusal.Malformed("a chain");
        }

        var epochs = new List<ChainEpoch>(MaximumEpochs);
        reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            if (reader.Field != EpochsField)
            {
                reader.Skip();
            }
            else if (epochs.Count < MaximumEpochs)
            {
                epochs.Add(ChainEpoch.Read(reader.Bytes(), bounds));
            }
            else
            {
                throw SpqrRefusal.Malformed("too many epochs");
            }
        }

        return epochs.Count > 0 && epoch >= (ulong)(epochs.Count - 1)
            ? new(bounds, direction == 0, epoch, sendEpoch, [.. epochs], root.ToArray())
            : throw SpqrRefusal.Malformed("a chain");
    }

    public void Write(ProtoWriter writer)
    {
        writer.NonZero(DirectionField, _initiator ? 0UL : 1);
        writer.NonZero(CurrentEpochField, Epoch);
        foreach (var epoch in _epochs)
        {
            writer.Message(EpochsField, epoch, static (inner, value) => value.Write(inner));
        }

        writer.NonEmpty(RootField, _root);
        writer.NonZero(SendEpochField, _sendEpoch);
        writer.Message(LimitsField, _limits, static (inner, value) => value.Write(inner));
    }

    /// <summary>Clears the keys that another state of the chain does not have.</summary>
    public void ClearAllBut(SpqrChain? other)
    {
        if (!ReferenceEquals(_root, other?._root))
        {
            CryptographicOperations.ZeroMemory(_root);
        }

        foreach (var epoch in _epochs)
        {
            Clear(epoch.Send, other);
            Clear(epoch.Receive, other);
        }
    }

    private static void Clear(ChainKeys keys, SpqrChain? other)
    {
        bool ofNext = false, ofSkipped = false;
        foreach (var epoch in other?._epochs ?? [])
        {
            ofNext |= keys.SharesNext(epoch.Send) || keys.SharesNext(epoch.Receive);
            ofSkipped |= ReferenceEquals(keys.Skipped, epoch.Send.Skipped) || ReferenceEquals(keys.Skipped, epoch.Receive.Skipped);
        }

        keys.Clear(!ofNext, !ofSkipped);
    }

    private static (byte[] Root, ChainEpoch Epoch) Derive(
        ReadOnlySpan<byte> salt, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> label, bool initiator)
    {
        Span<byte> derived = stackalloc byte[3 * KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, derived, salt, label);
        var ofInitiator = new ChainKeys(derived.Slice(KeyBytes, KeyBytes));
        var ofResponder = new ChainKeys(derived.Slice(2 * KeyBytes, KeyBytes));
        var root = derived[..KeyBytes].ToArray();
        CryptographicOperations.ZeroMemory(derived);
        return (root, initiator ? new(ofInitiator, ofResponder) : new(ofResponder, ofInitiator));
    }

    private int Find(ulong epoch)
    {
        if (epoch > Epoch)
        {
            throw SpqrRefusal.Refused("its epoch is not there yet");
        }

        return epoch >= FirstEpoch
            ? (int)(epoch - FirstEpoch)
            : throw new ProtocolException(ProtocolError.KeyDropped, "The message's epoch of the post-quantum ratchet was dropped.");
    }
}
