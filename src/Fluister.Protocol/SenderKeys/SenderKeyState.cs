using System.Security.Cryptography;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.SenderKeys;

/// <summary>One generation of a sender key: a chain, the key that signs its messages, and the keys of messages passed over.</summary>
/// <param name="Version">As the record holds it; 0 stands for 3, the first version.</param>
/// <param name="ChainId">By which messages name the generation.</param>
/// <param name="Chain">Where the chain stands.</param>
/// <param name="SigningKey">Verifies the messages.</param>
/// <param name="SigningPrivateKey">Signs the messages; only the sender has it.</param>
/// <param name="Skipped">Keys of messages that have not come yet, the oldest first.</param>
internal sealed record SenderKeyState(
    uint Version, uint ChainId, SenderChainKey Chain, PublicKey SigningKey, PrivateKey? SigningPrivateKey, SenderMessageKey[] Skipped)
{
    /// <summary>The version of messages of this generation.</summary>
    public uint MessageVersion => Version == 0 ? 3 : Version;

    /// <summary>Takes the key of one iteration out of the chain or of those kept.</summary>
    /// <exception cref="ProtocolException">Duplicate, or too far ahead.</exception>
    public (SenderKeyState Next, SenderMessageKey Key) Take(uint iteration)
    {
        if (iteration < Chain.Iteration)
        {
            return TakeSkipped(iteration);
        }

        var jump = iteration - Chain.Iteration;
        if (jump > Limits.ForwardJumps)
        {
            throw new ProtocolException(ProtocolError.TooFarAhead, "A sender key message is too far ahead of its chain.");
        }

        // Of a long jump only the last keys are kept, so the others are not derived at all.
        var added = (int)Math.Min(jump, Limits.MessageKeys);
        var kept = Math.Min(Skipped.Length, Limits.MessageKeys - added);
        var skipped = jump == 0 ? Skipped : new SenderMessageKey[kept + added];
        if (jump > 0)
        {
            Skipped.AsSpan(Skipped.Length - kept).CopyTo(skipped);
        }

        var chain = Chain;
        for (var left = jump; left > 0; left--)
        {
            if (left <= added)
            {
                skipped[^(int)left] = chain.MessageKey();
            }

            chain = chain.Next();
        }

        return (this with { Chain = chain.Next(), Skipped = skipped }, chain.MessageKey());
    }

    /// <summary>Reads a state (SenderKeyStateStructure: chain id 1, chain key 2, signing key 3, message keys 4, version 5).</summary>
    /// <exception cref="ProtocolException">Malformed, or a bad key.</exception>
    public static SenderKeyState Read(ReadOnlySpan<byte> bytes)
    {
        var (version, chainId) = (0u, 0u);
        SenderChainKey? chain = null;
        PublicKey? signing = null;
        PrivateKey? signingPrivate = null;
        var skipped = new List<SenderMessageKey>();
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    chainId = reader.UInt32();
                    break;
                case 2:
                    var (iteration, seed) = ReadKey(reader.Bytes());
                    chain = new SenderChainKey(iteration, seed);
                    break;
                case 3:
                    (signing, signingPrivate) = ReadSigningKey(reader.Bytes());
                    break;
                case 4:
                    var key = ReadKey(reader.Bytes());
                    skipped.Add(new SenderMessageKey(key.Iteration, key.Seed));
                    break;
                case 5:
                    version = reader.UInt32();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return chain is { } stands && signing is not null
            ? new SenderKeyState(version, chainId, stands, signing, signingPrivate, [.. skipped])
            : throw new ProtocolException(ProtocolError.Malformed, "A sender key state must have a chain and a signing key.");
    }

    /// <summary>Writes the state.</summary>
    public void Write(ProtoWriter writer)
    {
        writer.NonZero(1, ChainId);
        writer.Message(2, Chain, static (inner, chain) =>
        {
            inner.NonZero(1, chain.Iteration);
            inner.NonEmpty(2, chain.Seed);
        });
        writer.Message(3, this, static (inner, state) =>
        {
            inner.Bytes(1, state.SigningKey.Serialized);
            inner.NonEmpty(2, state.SigningPrivateKey is { } key ? key.Reveal() : default);
        });
        foreach (var key in Skipped)
        {
            writer.Message(4, key, static (inner, key) => key.Write(inner));
        }

        writer.NonZero(5, Version);
    }

    /// <summary>Clears the secret keys.</summary>
    public void Clear()
    {
        CryptographicOperations.ZeroMemory(Chain.Seed);
        SigningPrivateKey?.Dispose();
        foreach (var key in Skipped)
        {
            CryptographicOperations.ZeroMemory(key.Seed);
        }
    }

    private (SenderKeyState Next, SenderMessageKey Key) TakeSkipped(uint iteration)
    {
        var index = Array.FindIndex(Skipped, key => key.Iteration == iteration);
        return index >= 0
            ? (this with { Skipped = [.. Skipped.AsSpan(0, index), .. Skipped.AsSpan(index + 1)] }, Skipped[index])
            : throw new ProtocolException(ProtocolError.Duplicate, "A sender key message was decrypted before, or its key was dropped.");
    }

    private static (uint Iteration, byte[] Seed) ReadKey(ReadOnlySpan<byte> bytes)
    {
        var iteration = 0u;
        byte[] seed = [];
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    iteration = reader.UInt32();
                    break;
                case 2:
                    seed = reader.Bytes().ToArray();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return (iteration, seed);
    }

    private static (PublicKey? Public, PrivateKey? Private) ReadSigningKey(ReadOnlySpan<byte> bytes)
    {
        PublicKey? signing = null;
        PrivateKey? signingPrivate = null;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    signing = PublicKey.Read(reader.Bytes());
                    break;
                case 2:
                    var secret = reader.Bytes();
                    signingPrivate = secret.IsEmpty ? null : new PrivateKey(secret);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return (signing, signingPrivate);
    }
}
