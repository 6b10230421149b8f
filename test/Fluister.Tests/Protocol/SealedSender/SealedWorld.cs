using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Messages;
using Fluister.Protocol.SealedSender;

namespace Fluister.Tests.Protocol.SealedSender;

/// <summary>A trust root, a server, and Alice, who sends to Bob.</summary>
internal sealed class SealedWorld
{
    public SealedWorld(int seed)
    {
        Random = new SeededRandom(seed);
        (Root, Server) = (KeyPair.Generate(Random), KeyPair.Generate(Random));
        (Alice, Bob) = (IdentityKeyPair.Generate(Random), IdentityKeyPair.Generate(Random));
        ServerCertificate = ServerCertificate.Create(9, Server.Public, Root.Private, Random);
        Certificate = Certify(AliceAddress, Alice.Public);
    }

    public static ProtocolAddress AliceAddress { get; } = Address("9d0652a3-dcc3-4d11-975f-74d61598733f", 1);

    public static ProtocolAddress BobAddress { get; } = Address("796abedb-ca4e-4f18-8803-1fde5b921f9f", 42);

    public static DateTimeOffset Now { get; } = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);

    public SeededRandom Random { get; }

    public KeyPair Root { get; }

    public KeyPair Server { get; }

    public IdentityKeyPair Alice { get; }

    public IdentityKeyPair Bob { get; }

    public ServerCertificate ServerCertificate { get; }

    public SenderCertificate Certificate { get; }

    public static ProtocolAddress Address(string uuid, int device) => new(ServiceId.Aci(Guid.Parse(uuid)), device);

    public SenderCertificate Certify(
        ProtocolAddress sender, IdentityKey identity, ServerCertificate? server = null, string? phoneNumber = null) =>
        SenderCertificate.Create(sender, phoneNumber, identity, Now, server ?? ServerCertificate, Server.Private, Random);

    /// <summary>Content of Alice's with a message of a sender key inside.</summary>
    public SealedContent Content(int length = 32) => new(Certificate, Message(length));

    public SenderKeyMessage Message(int length) => new(Guid.Empty, 3, 1, 2, Random.Bytes(length), Server.Private, Random);

    public UnsealedMessage Unseal(ReadOnlySpan<byte> bytes) => SealedSenderCipher.Unseal(bytes, Bob, BobAddress, [Root.Public], Now);
}
