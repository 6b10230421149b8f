using System.Buffers.Binary;
using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Messages;

namespace Fluister.Protocol.SenderKeys;

/// <summary>What is kept for one sender's device and one distribution: the newest generation of the sender key, then older ones.</summary>
/// <remarks>
/// <para>The bytes are libsignal's SenderKeyRecordStructure, so that records move both ways. A call that throws has changed nothing;
/// a call that returns has, so a caller whose transaction then fails throws the object away and reads the record anew.</para>
/// <para>Which device sends and which distribution it is are the caller's to know: records are kept by both. Not safe for
/// concurrent use.</para>
/// </remarks>
public sealed class SenderKeyRecord : IDisposable
{
    private SenderKeyState[] _states;

    /// <summary>The record before the first distribution message.</summary>
    public SenderKeyRecord()
        : this([])
    {
    }

    private SenderKeyRecord(SenderKeyState[] states) => _states = states;

    /// <summary>Whether messages can be encrypted with it: its newest generation is one's own.</summary>
    public bool CanEncrypt => _states is [{ SigningPrivateKey: not null }, ..];

    /// <summary>The states, the newest first, for tests.</summary>
    internal IReadOnlyList<SenderKeyState> States => _states;

    /// <summary>A fresh sender key of one's own; its id has 31 bits, as the protocol's first implementation could hold.</summary>
    public static SenderKeyRecord Create(RandomSource random)
    {
        Span<byte> id = stackalloc byte[sizeof(uint)];
        random.Fill(id);
        var seed = new byte[SenderKeyDistributionMessage.ChainKeyBytes];
        random.Fill(seed);
        var signing = KeyPair.Generate(random);
        var chainId = BinaryPrimitives.ReadUInt32LittleEndian(id) >> 1;
        return new([new(SenderKeyMessage.Version, chainId, new SenderChainKey(0, seed), signing.Public, signing.Private, [])]);
    }

    /// <summary>Reads a record (SenderKeyRecordStructure: states 1).</summary>
    /// <exception cref="ProtocolException">Malformed, or a bad key.</exception>
    public static SenderKeyRecord Read(ReadOnlySpan<byte> record)
    {
        if (record.Length > Limits.RecordBytes)
        {
            throw new ProtocolException(ProtocolError.Malformed, "A sender key record is too long.");
        }

        var states = new List<SenderKeyState>(Limits.SenderKeyStates);
        var reader = new ProtoReader(record);
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                states.Add(SenderKeyState.Read(reader.Bytes()));
            }
            else
            {
                reader.Skip();
            }
        }

        return new([.. states]);
    }

    /// <summary>Writes the record; the caller clears it.</summary>
    public byte[] Write()
    {
        using var writer = new ProtoWriter();
        foreach (var state in _states)
        {
            writer.Message(1, state, static (inner, state) => state.Write(inner));
        }

        return writer.ToArray();
    }

    /// <summary>The message by which others get the newest generation, from where its chain stands now.</summary>
    /// <exception cref="ProtocolException">No sender key.</exception>
    public SenderKeyDistributionMessage Distribution(Guid distribution)
    {
        var state = Newest();
        return new(distribution, state.MessageVersion, state.ChainId, state.Chain.Iteration, state.Chain.Seed, state.SigningKey);
    }

    /// <summary>Takes a distribution message of the sender.</summary>
    /// <remarks>A generation that is known already comes to the front and keeps its chain, so that nothing is decrypted twice; one
    /// of the same id with another signing key is replaced; beyond <see cref="Limits.SenderKeyStates"/> the oldest goes.</remarks>
    public void Process(SenderKeyDistributionMessage message)
    {
        var known = Array.Find(_states, state => state.ChainId == message.ChainId && state.SigningKey.Equals(message.SigningKey));
        var chain = new SenderChainKey(message.Iteration, message.ChainKey.ToArray());
        var newest = known ?? new SenderKeyState(message.MessageVersion, message.ChainId, chain, message.SigningKey, null, []);
        var others = _states.Where(state => state.ChainId != message.ChainId).Take(Limits.SenderKeyStates - 1);
        SenderKeyState[] states = [newest, .. others];
        foreach (var dropped in _states.Except(states))
        {
            dropped.Clear();
        }

        _states = states;
    }

    /// <summary>Encrypts one message, padded already, to everyone who has the newest generation.</summary>
    /// <remarks>The record is stored before the message is sent: a chain key that is used twice gives both messages away.</remarks>
    /// <exception cref="ProtocolException">No sender key, or none of one's own; or its chain is at its end.</exception>
    public SenderKeyMessage Encrypt(Guid distribution, ReadOnlySpan<byte> plaintext, RandomSource random)
    {
        var state = Newest();
        if (state.SigningPrivateKey is not { } signing)
        {
            throw new ProtocolException(ProtocolError.NoSenderKey, "The sender key is another's: it decrypts only.");
        }

        var (next, key) = state.Take(state.Chain.Iteration);
        var message = new SenderKeyMessage(
            distribution, state.MessageVersion, state.ChainId, key.Iteration, key.Encrypt(plaintext), signing, random);
        Replace(0, next, key);
        return message;
    }

    /// <summary>Decrypts one message of the sender; the content is still padded.</summary>
    /// <exception cref="ProtocolException">No sender key, unknown version, bad signature, duplicate, too far ahead, or
    /// malformed.</exception>
    public byte[] Decrypt(SenderKeyMessage message)
    {
        var index = Array.FindIndex(_states, state => state.ChainId == message.ChainId);
        if (index < 0)
        {
            throw new ProtocolException(ProtocolError.NoSenderKey, "The generation of the sender key is not known.");
        }

        var state = _states[index];
        if (message.MessageVersion != state.MessageVersion)
        {
            throw new ProtocolException(ProtocolError.UnknownVersion, "A sender key message is of another version than its sender key.");
        }

        if (!message.Verify(state.SigningKey))
        {
            throw new ProtocolException(ProtocolError.BadSignature, "The signature of a sender key message is wrong.");
        }

        var (next, key) = state.Take(message.Iteration);
        var plaintext = key.Decrypt(message.Ciphertext);
        Replace(index, next, key);
        return plaintext;
    }

    /// <summary>Clears the keys.</summary>
    public void Dispose()
    {
        foreach (var state in _states)
        {
            state.Clear();
        }

        _states = [];
    }

    private SenderKeyState Newest() => _states is [var newest, ..]
        ? newest
        : throw new ProtocolException(ProtocolError.NoSenderKey, "There is no sender key.");

    // A used key is cleared, and so is a chain key once the chain is past it: a device that is seized later does not give them.
    private void Replace(int index, SenderKeyState next, SenderMessageKey used)
    {
        var before = _states[index].Chain;
        if (before.Iteration != next.Chain.Iteration)
        {
            CryptographicOperations.ZeroMemory(before.Seed);
        }

        CryptographicOperations.ZeroMemory(used.Seed);
        _states[index] = next;
    }
}
