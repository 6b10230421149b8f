using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Cryptography.Curves;
using Fluister.Cryptography.Proofs;

namespace Fluister.Protocol.ZkGroup;

/// <summary>A server's secret keys for anonymous credentials, as zkgroup has them (api/server_params.rs).</summary>
/// <remarks>Some key pairs are there for the form alone: their kinds of credentials are gone. Who has these bytes can make any
/// credential of the server.</remarks>
public sealed partial class ServerSecretParams
{
    /// <summary>Bytes of the encoding.</summary>
    public const int Bytes = 2721;

    /// <summary>Bytes of a notary's signature.</summary>
    public const int SignatureBytes = ProofSignature.Bytes;

    /// <summary>Bytes that all keys can be made from.</summary>
    public const int SeedBytes = 32;

    private const int RandomBytes = 32;

    // Scalars kept and attributes used.
    private static readonly (int, int) Auth = (4, 3);
    private static readonly (int, int) ProfileKey = (4, 4);
    private static readonly (int, int) Receipt = (4, 2);
    private static readonly (int, int) Pni = (6, 6);
    private static readonly (int, int) ExpiringProfileKey = (5, 5);
    private static readonly (int, int) AuthWithPni = (5, 5);

    private readonly CredentialKeyPair _auth;
    private readonly CredentialKeyPair _profileKey;
    private readonly Scalar25519 _notary;
    private readonly CredentialKeyPair _receipt;
    private readonly CredentialKeyPair _pni;
    private readonly CredentialKeyPair _expiringProfileKey;
    private readonly CredentialKeyPair _authWithPni;
    private readonly GenericKeyPair _generic;
    private readonly Scalar25519 _endorsements;

    private ServerSecretParams(ReadOnlySpan<byte> seed)
    {
        using (var sho = ZkSystem.Sho("Signal_ZKGroup_20200424_Random_ServerSecretParams_Generate"u8, seed))
        {
            _auth = CredentialKeyPair.Generate(Auth, sho);
            _profileKey = CredentialKeyPair.Generate(ProfileKey, sho);
            _notary = sho.SqueezeScalar();
            _receipt = CredentialKeyPair.Generate(Receipt, sho);
            _pni = CredentialKeyPair.Generate(Pni, sho);
            _expiringProfileKey = CredentialKeyPair.Generate(ExpiringProfileKey, sho);
            _authWithPni = CredentialKeyPair.Generate(AuthWithPni, sho);
        }

        _generic = GenericKeyPair.Generate(seed);
        using (var sho = ZkSystem.Sho("Signal_ZKCredential_Endorsements_ServerRootKeyPair_generate_20240207"u8, seed))
        {
            _endorsements = sho.SqueezeScalar();
        }

        Public = MakePublic();
    }

    private ServerSecretParams(ref ZkReader reader)
    {
        _auth = CredentialKeyPair.Read(Auth, ref reader);
        _profileKey = CredentialKeyPair.Read(ProfileKey, ref reader);
        _notary = reader.Scalar();
        var notary = reader.Point();
        _receipt = CredentialKeyPair.Read(Receipt, ref reader);
        _pni = CredentialKeyPair.Read(Pni, ref reader);
        _expiringProfileKey = CredentialKeyPair.Read(ExpiringProfileKey, ref reader);
        _authWithPni = CredentialKeyPair.Read(AuthWithPni, ref reader);
        _generic = GenericKeyPair.Read(ref reader);
        _endorsements = reader.Scalar();
        reader.End();
        Public = MakePublic();
        if (!RistrettoPoint.FixedTimeEquals(notary, Public.Notary))
        {
            throw new ProtocolException(ProtocolError.BadKey, "A key pair whose halves do not belong together.");
        }
    }

    /// <summary>What clients know.</summary>
    public ServerPublicParams Public { get; }

    /// <summary>Fresh keys, of 32 random bytes.</summary>
    public static ServerSecretParams Generate(RandomSource random)
    {
        Span<byte> seed = stackalloc byte[SeedBytes];
        random.Fill(seed);
        var keys = new ServerSecretParams(seed);
        CryptographicOperations.ZeroMemory(seed);
        return keys;
    }

    /// <summary>The keys of 32 random bytes, always the same; so the bytes are as secret as the keys.</summary>
    public static ServerSecretParams FromSeed(ReadOnlySpan<byte> seed)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(seed.Length, SeedBytes);
        return new ServerSecretParams(seed);
    }

    /// <summary>Reads 2,721 bytes.</summary>
    /// <exception cref="ProtocolException">Malformed, or halves of a key pair do not belong together.</exception>
    public static ServerSecretParams Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new ZkReader(bytes);
        return new ServerSecretParams(ref reader);
    }

    /// <summary>Writes 2,721 bytes; the caller clears them.</summary>
    public byte[] Write()
    {
        var writer = new ZkWriter(Bytes);
        _auth.Write(ref writer);
        _profileKey.Write(ref writer);
        writer.Scalar(_notary);
        writer.Point(Public.Notary);
        _receipt.Write(ref writer);
        _pni.Write(ref writer);
        _expiringProfileKey.Write(ref writer);
        _authWithPni.Write(ref writer);
        _generic.Write(ref writer);
        writer.Scalar(_endorsements);
        return writer.Done();
    }

    /// <summary>Signs as the notary, so that clients know what the server has accepted: 64 bytes.</summary>
    public byte[] Sign(ReadOnlySpan<byte> message, RandomSource random)
    {
        using var sho = Begin("Signal_ZKGroup_20200424_Random_ServerSecretParams_Sign"u8, random);
        Span<byte> randomness = stackalloc byte[RandomBytes];
        sho.SqueezeAndRatchet(randomness);
        var signature = ProofSignature.Sign(_notary, Public.Notary, message, randomness);
        CryptographicOperations.ZeroMemory(randomness);
        return signature;
    }

    /// <summary>A hash object of a label and 32 fresh bytes.</summary>
    internal static ShoHmacSha256 Begin(ReadOnlySpan<byte> label, RandomSource random)
    {
        Span<byte> randomness = stackalloc byte[RandomBytes];
        random.Fill(randomness);
        var sho = ZkSystem.Sho(label, randomness);
        CryptographicOperations.ZeroMemory(randomness);
        return sho;
    }

    private ServerPublicParams MakePublic() => new(
        _auth.Public,
        _profileKey.Public,
        RistrettoPoint.MultiplyBase(_notary),
        _receipt.Public,
        _pni.Public,
        _expiringProfileKey.Public,
        _authWithPni.Public,
        _generic.Public,
        RistrettoPoint.MultiplyBase(_endorsements));
}
