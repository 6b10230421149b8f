using System.Security.Cryptography;
using System.Text.Json;
using Fluister.Protocol.Keys;
using Fluister.Protocol.SealedSender;
using Fluister.Protocol.ZkGroup;
using Fluister.Wire.Descriptors;

namespace Fluister.Server.Identity;

/// <content>The file.</content>
internal sealed partial class ServerIdentity
{
    /// <summary>Reads the file's bytes.</summary>
    /// <exception cref="InvalidDataException">They are not a server's keys.</exception>
    public static ServerIdentity Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var keys = JsonSerializer.Deserialize(json, IdentityJson.Default.ServerKeysJson)!;
            var certificate = ServerCertificate.Read(keys.Certificate);
            var zkSeed = keys.ZkSeed ?? DeriveZkSeed(keys.Genesis);
            if (zkSeed.Length != ServerSecretParams.SeedBytes)
            {
                throw new InvalidDataException("The seed of the zero-knowledge params has another length.");
            }

            var genesis = Pair(keys.Genesis);
            var key = keys.Identity is null ? genesis : Pair(keys.Identity);
            return !key.Public.Equals(KeyHistory.Walk(genesis.Public, keys.Keys))
                ? throw new InvalidDataException("The history of the identity keys does not lead to the one of today.")
                : new ServerIdentity(genesis, Pair(keys.Root), Pair(keys.Signer), certificate, keys.Limits, zkSeed)
                {
                    Key = key,
                    Keys = keys.Keys,
                    JoinedRoot = keys.NetworkRoot is null ? null : PublicKey.Read(keys.NetworkRoot),
                    SealedFrom = keys.SealedFrom is { } from ? DateTimeOffset.FromUnixTimeMilliseconds(from) : null,
                    NextSigner = keys.NextSigner is null ? null : Pair(keys.NextSigner),
                };
        }
        catch (Exception wrong) when (wrong is JsonException or Protocol.ProtocolException or ArgumentException)
        {
            throw new InvalidDataException("The file does not hold a server's keys.", wrong);
        }

        static KeyPair Pair(byte[] secret)
        {
            var key = new PrivateKey(secret);
            return new KeyPair(key.PublicKey(), key);
        }
    }

    /// <summary>Writes the file's bytes.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(
        new ServerKeysJson(
            Genesis.Private.Reveal().ToArray(),
            Root.Private.Reveal().ToArray(),
            Signer.Private.Reveal().ToArray(),
            Certificate.Serialized.ToArray(),
            LimitsKey,
            _zkSeed,
            Keys is null ? null : Key.Private.Reveal().ToArray(),
            Keys,
            JoinedRoot?.Serialized.ToArray(),
            SealedFrom?.ToUnixTimeMilliseconds(),
            NextSigner?.Private.Reveal().ToArray()),
        IdentityJson.Default.ServerKeysJson);

    // For a folder from before there was a seed: always the same, so that every program that reads the file has the same keys.
    private static byte[] DeriveZkSeed(byte[] genesis) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, genesis, ServerSecretParams.SeedBytes, info: "Fluister zero-knowledge params"u8.ToArray());
}
