using System.Buffers.Binary;
using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Cryptography.Curves;
using Fluister.Cryptography.Proofs;

namespace Fluister.Protocol.Usernames;

public sealed partial class Username
{
    /// <summary>Bytes of a hash.</summary>
    public const int HashBytes = RistrettoPoint.Bytes;

    /// <summary>Bytes of a proof: the challenge and three responses.</summary>
    public const int ProofBytes = 4 * Scalar25519.Bytes;

    // The hash is a sum of three points, each times a scalar: a hash of the whole name, the nickname as a number, the number.
    private static readonly RistrettoPoint[] Points = MakePoints();

    private static readonly ProofStatement Statement =
        new ProofStatement().Add("hash", ("whole", "P1"), ("nickname", "P2"), ("number", "P3"));

    private readonly Scalar25519[] _scalars;
    private byte[]? _hash;

    /// <summary>The hash that the server knows, 32 bytes.</summary>
    public ReadOnlyMemory<byte> Hash => _hash ??= HashOf(_scalars);

    /// <summary>Whether someone who knows the name of a hash made a proof.</summary>
    /// <returns>False for anything else, bytes that are no hash or no proof too.</returns>
    public static bool VerifyProof(ReadOnlySpan<byte> proof, ReadOnlySpan<byte> hash) =>
        hash.Length == HashBytes && RistrettoPoint.TryDecode(hash, out var point) && Statement.Verify(proof, Named(point), hash);

    /// <summary>A proof of knowing the name, 128 bytes.</summary>
    public byte[] Prove(RandomSource random)
    {
        Span<byte> randomness = stackalloc byte[ProofStatement.RandomBytes];
        random.Fill(randomness);
        Dictionary<string, Scalar25519> scalars = new()
        {
            ["whole"] = _scalars[0],
            ["nickname"] = _scalars[1],
            ["number"] = _scalars[2],
        };
        var proof = Statement.Prove(scalars, Named(RistrettoPoint.MultiplySum(_scalars, Points)), Hash.Span, randomness);
        CryptographicOperations.ZeroMemory(randomness);
        return proof;
    }

    // The points of the sum, as libsignal's constants: made from a label, so that no one knows one as a multiple of another.
    internal static RistrettoPoint[] MakePoints()
    {
        using var sho = new ShoHmacSha256("Signal_Username_20230130_Constant_Points_Generate"u8);
        sho.AbsorbAndRatchet([]);
        return [sho.SqueezePoint(), sho.SqueezePoint(), sho.SqueezePoint()];
    }

    // The nickname in base 37 with its characters as digits from 1, but for the first, which is no digit: base 27.
    internal static Scalar25519 NicknameScalar(string nickname)
    {
        var scalar = Scalar25519.Zero;
        for (var i = nickname.Length - 1; i > 0; i--)
        {
            scalar = (scalar * Scalar25519.From(37)) + Scalar25519.From(Digit(nickname[i]));
        }

        return (scalar * Scalar25519.From(27)) + Scalar25519.From(Digit(nickname[0]));
    }

    private static Scalar25519[] Scalars(string nickname, ulong number)
    {
        var small = nickname.ToLowerInvariant();
        byte[] whole = [.. System.Text.Encoding.ASCII.GetBytes(small), 0, 0, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt64BigEndian(whole.AsSpan(whole.Length - 8), number);
        return [Scalar25519.Reduce(SHA512.HashData(whole)), NicknameScalar(small), Scalar25519.From(number)];
    }

    private static ulong Digit(char character) => character switch
    {
        '_' => 1,
        <= '9' => (ulong)(character - '0' + 28),
        _ => (ulong)(character - 'a' + 2),
    };

    private static byte[] HashOf(Scalar25519[] scalars)
    {
        var hash = new byte[HashBytes];
        RistrettoPoint.MultiplySum(scalars, Points).Encode(hash);
        return hash;
    }

    private static Dictionary<string, RistrettoPoint> Named(in RistrettoPoint hash) =>
        new() { ["hash"] = hash, ["P1"] = Points[0], ["P2"] = Points[1], ["P3"] = Points[2] };
}
