using Fluister.InteropTests.Libsignal.Pairings;
using Fluister.Protocol.Keys;

namespace Fluister.InteropTests.Libsignal.Differential;

/// <summary>Certificates that the official package made, with all keys.</summary>
internal sealed record Certificates(byte[] Root, byte[] RootKey, byte[] Server, byte[] ServerKey, byte[] Sender)
{
    /// <summary>The time at which the sender's certificate is valid.</summary>
    public const long Now = 1_700_000_000_000;

    /// <summary>Certificates for a party, valid for a second from <see cref="Now"/>.</summary>
    public static Certificates Make(LibsignalClient official, IParty party)
    {
        var (root, server) = (official.Call("key.generate"), official.Call("key.generate"));
        var serverCertificate = official.CallBytes(
            "certificate.server", new { keyId = 9, publicKey = server.Bytes("publicKey"), trustRoot = root.Bytes("privateKey") });
        var sender = official.CallBytes(
            "certificate.sender",
            new
            {
                account = party.Address.Account.ToString(),
                number = "+31612345678",
                device = party.Address.Device,
                publicKey = IdentityKeyPair.Read(party.Identity).Public.Serialized.ToArray(),
                expires = Now + 1000,
                serverCertificate,
                serverKey = server.Bytes("privateKey"),
            });
        return new Certificates(root.Bytes("publicKey"), root.Bytes("privateKey"), serverCertificate, server.Bytes("privateKey"), sender);
    }
}
