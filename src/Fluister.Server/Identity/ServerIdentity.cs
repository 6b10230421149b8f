using System.Security.Cryptography;
using System.Text.Json;
using Fluister.Cryptography;
using Fluister.Protocol.Keys;
using Fluister.Protocol.SealedSender;
using Fluister.Protocol.ZkGroup;
using Fluister.Wire;

namespace Fluister.Server.Identity;

/// <summary>The keys by which a home server is known: its identity, the network root that stands behind it, the key that signs sender
/// certificates, and those of anonymous credentials.</summary>
/// <remarks>One file, readable by its owner alone. A server starts as a network of one, with a root of its own.</remarks>
internal sealed class ServerIdentity
{
    private const uint FirstCertificateId = 1;

    private readonly byte[] _zkSeed;
    private readonly Lazy<ServerSecretParams> _zk;

    private ServerIdentity(
        KeyPair genesis, KeyPair root, KeyPair signer, ServerCertificate certificate, byte[] limitsKey, byte[] zkSeed)
    {
        (Genesis, Root, Signer, Certificate, LimitsKey) = (genesis, root, signer, certificate, limitsKey);
        Tag = ServerTag.Of(genesis.Public);
        _zkSeed = zkSeed;
        _zk = new Lazy<ServerSecretParams>(() => ServerSecretParams.FromSeed(zkSeed));
    }

    /// <summary>The first identity key, whose hash is the tag.</summary>
    public KeyPair Genesis { get; }

    /// <summary>The network root: what clients trust.</summary>
    public KeyPair Root { get; }

    /// <summary>Signs sender certificates.</summary>
    public KeyPair Signer { get; }

    /// <summary>The root's word for the signer; it is embedded in every sender certificate.</summary>
    public ServerCertificate Certificate { get; }

    /// <summary>Keys the hashes that stand for addresses in limits.</summary>
    public byte[] LimitsKey { get; }

    /// <summary>Makes and checks anonymous credentials. Made when it is first needed, which takes some milliseconds.</summary>
    public ServerSecretParams Zk => _zk.Value;

    /// <summary>Names this server in every id that it mints.</summary>
    public ServerTag Tag { get; }

    /// <summary>Fresh keys.</summary>
    public static ServerIdentity Generate(RandomSource random)
    {
        var (genesis, root, signer) = (KeyPair.Generate(random), KeyPair.Generate(random), KeyPair.Generate(random));
        var (limits, zkSeed) = (new byte[32], new byte[ServerSecretParams.SeedBytes]);
        random.Fill(limits);
        random.Fill(zkSeed);
        var certificate = ServerCertificate.Create(FirstCertificateId, signer.Public, root.Private, random);
        return new ServerIdentity(genesis, root, signer, certificate, limits, zkSeed);
    }

    /// <summary>The same server with a fresh signer, for which the root stands. Sender certificates of the earlier one hold until they
    /// expire. The keys of anonymous credentials stay: clients are built with their public half.</summary>
    public ServerIdentity RotateSigner(RandomSource random)
    {
        var signer = KeyPair.Generate(random);
        var certificate = ServerCertificate.Create(Certificate.Id + 1, signer.Public, Root.Private, random);
        return new ServerIdentity(Genesis, Root, signer, certificate, LimitsKey, _zkSeed);
    }

    /// <summary>Reads the file's bytes.</summary>
    /// <exception cref="InvalidDataException">They are not a server's keys.</exception>
    public static ServerIdentity Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var keys = JsonSerializer.Deserialize(json, IdentityJson.Default.ServerKeysJson)!;
            var certificate = ServerCertificate.Read(keys.Certificate);
            var zkSeed = keys.ZkSeed ?? DeriveZkSeed(keys.Genesis);
            return zkSeed.Length == ServerSecretParams.SeedBytes
                ? new ServerIdentity(Pair(keys.Genesis), Pair(keys.Root), Pair(keys.Signer), certificate, keys.Limits, zkSeed)
                : throw new InvalidDataException("The seed of the zero-knowledge params has another length.");
        }
        catch (Exception wrong) when (wrong is JsonException or Protocol.ProtocolException)
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
            _zkSeed),
        IdentityJson.Default.ServerKeysJson);

    // For a folder from before there was a seed: always the same, so that every program that reads the file has the same keys.
    private static byte[] DeriveZkSeed(byte[] genesis) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, genesis, ServerSecretParams.SeedBytes, info: "Fluister zero-knowledge params"u8.ToArray());
}
