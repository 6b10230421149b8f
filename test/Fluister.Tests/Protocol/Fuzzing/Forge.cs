using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Protocol.Ratchets.Spqr;

namespace Fluister.Tests.Protocol.Fuzzing;

/// <summary>Makes messages of a session whose record is known, with any fault in them and yet a MAC that fits.</summary>
/// <remarks>
/// A second, small sender after the Double Ratchet's specification, section 7.2, and libsignal's storage.proto and wire.proto. It
/// takes one thing from the code under test, the post-quantum ratchet's step, and so also works beside it.
/// </remarks>
internal sealed class Forge
{
    private readonly List<ProtoField> _session;
    private readonly RandomSource _random;

    /// <summary>Takes the sender's record.</summary>
    public Forge(byte[] record, RandomSource random)
    {
        _session = ProtoField.Parse(Field(ProtoField.Parse(record)!, 1))!;
        _random = random;
    }

    /// <summary>The sender's ratchet key, with its type byte.</summary>
    public byte[] RatchetKey => Field(Chain, 1);

    /// <summary>The counter that the sender's next message has.</summary>
    public uint Counter => (uint)(ProtoField.Parse(Field(Chain, 3))!.Find(f => f.Number == 1)?.Value ?? 0);

    private List<ProtoField> Chain => ProtoField.Parse(Field(_session, 6))!;

    /// <summary>A message of the sender's chain.</summary>
    /// <param name="text">Its content.</param>
    /// <param name="ahead">How many messages are left out before it.</param>
    /// <param name="fault">Changes the fields, before the MAC is made over them.</param>
    /// <param name="version">The version byte.</param>
    /// <param name="padded">Whether the content is padded to whole blocks, as it must be; otherwise it is encrypted as it is.</param>
    public byte[] Message(
        byte[] text, uint ahead = 0, Func<List<ProtoField>, IEnumerable<ProtoField>>? fault = null, byte version = 0x44, bool padded = true)
    {
        var chainKey = Field(ProtoField.Parse(Field(Chain, 3))!, 2);
        for (var i = 0U; i < ahead; i++)
        {
            chainKey = HMACSHA256.HashData(chainKey, "\u0002"u8);
        }

        var step = SpqrRatchet.Read(Field(_session, 15)).Send(_random);
        var keys = HKDF.DeriveKey(
            HashAlgorithmName.SHA256, HMACSHA256.HashData(chainKey, "\u0001"u8), 80, step.Key.ToArray(), "WhisperMessageKeys"u8.ToArray());
        using var aes = Aes.Create();
        aes.Key = keys[..32];
        var body = aes.EncryptCbc(text, keys[64..80], padded ? PaddingMode.PKCS7 : PaddingMode.None);
        List<ProtoField> fields =
        [
            new ProtoField { Number = 1, Type = 2, Content = RatchetKey },
            new ProtoField { Number = 2, Type = 0, Value = Counter + ahead },
            new ProtoField { Number = 3, Type = 0, Value = _session.Find(f => f.Number == 5)?.Value ?? 0 },
            new ProtoField { Number = 4, Type = 2, Content = body },
            new ProtoField { Number = 5, Type = 2, Content = step.Message.ToArray() },
        ];
        byte[] covered = [version, .. ProtoField.Write(fault?.Invoke(fields) ?? fields)];
        byte[] macInput = [.. Field(_session, 2), .. Field(_session, 3), .. covered];
        return [.. covered, .. HMACSHA256.HashData(keys[32..64], macInput)[..8]];
    }

    private static byte[] Field(List<ProtoField> fields, ulong number) => fields.Find(f => f.Number == number)?.Content ?? [];
}
