using Fluister.Cryptography;
using Fluister.Protocol.Keys;
using Fluister.Protocol.SealedSender;
using Fluister.Protocol.ZkGroup;
using Fluister.Wire;
using Fluister.Wire.Descriptors;

namespace Fluister.Server.Identity;

/// <summary>The keys by which a home server is known: its identity, the roots that stand behind it, the key that signs sender
/// certificates, and those of anonymous credentials.</summary>
/// <remarks>One file, readable by its owner alone. A server starts as a network of one, with a root of its own.</remarks>
internal sealed partial class ServerIdentity
{
    private const uint FirstCertificateId = 1;

    private readonly byte[] _zkSeed;
    private readonly Lazy<ServerSecretParams> _zk;

    private ServerIdentity(
        KeyPair genesis, KeyPair root, KeyPair signer, ServerCertificate certificate, byte[] limitsKey, byte[] zkSeed)
    {
        (Genesis, Key, Root, Signer, Certificate, LimitsKey) = (genesis, genesis, root, signer, certificate, limitsKey);
        Tag = ServerTag.Of(genesis.Public);
        _zkSeed = zkSeed;
        _zk = new Lazy<ServerSecretParams>(() => ServerSecretParams.FromSeed(zkSeed));
    }

    // The same server, to be changed in something.
    private ServerIdentity(ServerIdentity from)
        : this(from.Genesis, from.Root, from.Signer, from.Certificate, from.LimitsKey, from._zkSeed) =>
        (Key, Keys, JoinedRoot, SealedFrom, NextSigner) = (from.Key, from.Keys, from.JoinedRoot, from.SealedFrom, from.NextSigner);

    /// <summary>The first identity key, whose hash is the tag and the fingerprint. It signs nothing but its successor.</summary>
    public KeyPair Genesis { get; }

    /// <summary>The identity key of today: it signs the descriptor and what goes to other servers.</summary>
    public KeyPair Key { get; private init; }

    /// <summary>The identity keys after the first, each signed by the one before.</summary>
    public IReadOnlyList<DescriptorKey>? Keys { get; private init; }

    /// <summary>The server's own root.</summary>
    public KeyPair Root { get; }

    /// <summary>The root of the network that the server has joined, which stands behind its certificate; none where it is a network of
    /// one.</summary>
    public PublicKey? JoinedRoot { get; private init; }

    /// <summary>What clients of this server trust. The own root stays, since certificates from before the joining hold on.</summary>
    public IReadOnlyList<PublicKey> TrustRoots => JoinedRoot is null ? [Root.Public] : [JoinedRoot, Root.Public];

    /// <summary>Until when some clients have sender certificates from before the joining, which other members do not believe.</summary>
    public DateTimeOffset? SealedFrom { get; private init; }

    /// <summary>Signs sender certificates.</summary>
    public KeyPair Signer { get; private init; }

    /// <summary>Will sign them when the network's root has certified it.</summary>
    public KeyPair? NextSigner { get; private init; }

    /// <summary>The root's word for the signer; it is embedded in every sender certificate.</summary>
    public ServerCertificate Certificate { get; private init; }

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
        var tag = ServerTag.Of(genesis.Public).ToBytes();
        var certificate = ServerCertificate.Create(FirstCertificateId, signer.Public, root.Private, random, tag);
        return new ServerIdentity(genesis, root, signer, certificate, limits, zkSeed);
    }

    /// <summary>The same server with a fresh signer. Sender certificates of the earlier one hold until they expire. The keys of anonymous
    /// credentials stay: clients are built with their public half.</summary>
    /// <remarks>In a network of one its root stands for the signer at once. In another the signer is the next one until that network's
    /// root has certified it.</remarks>
    public ServerIdentity RotateSigner(RandomSource random)
    {
        var signer = KeyPair.Generate(random);
        return JoinedRoot is not null ? new ServerIdentity(this) { NextSigner = signer } : new ServerIdentity(this)
        {
            Signer = signer,
            Certificate = ServerCertificate.Create(Certificate.Id + 1, signer.Public, Root.Private, random, Tag.ToBytes()),
        };
    }

    /// <summary>The same server with a fresh identity key, for which the one of today stands. Tag and fingerprint stay.</summary>
    public ServerIdentity RotateKey(RandomSource random)
    {
        var next = KeyPair.Generate(random);
        return new ServerIdentity(this)
        {
            Key = next,
            Keys = [.. Keys ?? [], KeyHistory.HandOn(Genesis.Public, Key.Private, next.Public, random)],
        };
    }

    /// <summary>The same server as a member of a network, or with the certificate for its next signer.</summary>
    /// <param name="root">The network's root.</param>
    /// <param name="certificate">Its certificate for this server.</param>
    /// <param name="sealedFrom">Until when clients may have sender certificates from before; none where there are no clients.</param>
    /// <exception cref="InvalidDataException">The certificate is another server's, or for another key, or not of that root; or the server
    /// is in another network.</exception>
    public ServerIdentity Join(PublicKey root, ServerCertificate certificate, DateTimeOffset? sealedFrom)
    {
        if (JoinedRoot is { } joined && !joined.Equals(root))
        {
            throw new InvalidDataException("The server is in another network already.");
        }

        if (!Tag.Fits(certificate.Tag))
        {
            throw new InvalidDataException("The certificate is for another server.");
        }

        var signer = certificate.Key.Equals(NextSigner?.Public) ? NextSigner!
            : certificate.Key.Equals(Signer.Public) ? Signer
            : throw new InvalidDataException("The certificate is for a key that this server does not have (any more). Make a new request.");
        try
        {
            certificate.Validate([root]);
        }
        catch (Protocol.ProtocolException wrong)
        {
            throw new InvalidDataException("The certificate is not of the root that it names.", wrong);
        }

        return new ServerIdentity(this)
        {
            JoinedRoot = root,
            Signer = signer,
            NextSigner = null,
            Certificate = certificate,
            SealedFrom = JoinedRoot is null ? sealedFrom : SealedFrom,
        };
    }

    /// <summary>Whether the clients of another server believe the sender certificates of this one's, so that sealed messages may go
    /// there: it names a root that stands behind every certificate that still holds.</summary>
    public bool IsTrustedBy(DescriptorJson peer, DateTimeOffset now) =>
        Trusts(peer, JoinedRoot ?? Root.Public) && (SealedFrom is not { } from || now >= from || Trusts(peer, Root.Public));

    private static bool Trusts(DescriptorJson peer, PublicKey root) =>
        peer.TrustRoots.Any(trusted => root.Serialized.SequenceEqual(trusted));
}
