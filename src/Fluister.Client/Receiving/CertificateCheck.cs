using System.Collections.Concurrent;
using System.Security.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.Keys;
using Fluister.Protocol.SealedSender;
using Fluister.Wire;

namespace Fluister.Client.Receiving;

/// <summary>Checks sender certificates, and remembers those that hold: a person's is the same for a day and more.</summary>
/// <remarks>A network has one root for many servers, and each could certify the accounts of all the others; so a server's certificate
/// says whose accounts it is good for, and that is demanded here. Clients of Signal's do not look at it.</remarks>
internal sealed class CertificateCheck(ClientContext context)
{
    private readonly ConcurrentDictionary<string, byte> _known = [];
    private IReadOnlyList<PublicKey>? _roots;

    /// <summary>Throws unless a trust root stands behind it, its server may certify the sender's account, and it is not expired.</summary>
    /// <exception cref="ProtocolException">Untrusted certificate, or expired certificate.</exception>
    /// <exception cref="EnvelopeException">It is of a server that is not the sender's home.</exception>
    public void Validate(SenderCertificate certificate, DateTimeOffset now)
    {
        var name = Convert.ToBase64String(SHA256.HashData(certificate.Serialized));
        var roots = context.TrustRoots();
        if (!ReferenceEquals(Interlocked.Exchange(ref _roots, roots), roots))
        {
            _known.Clear();
        }

        if (now <= certificate.Expires && _known.ContainsKey(name))
        {
            return;
        }

        var server = certificate.Validate([.. roots], now);
        if (!MayCertify(server, ServerTag.Of(certificate.Sender.Account.Uuid)))
        {
            throw new EnvelopeException(
                "Its sender's certificate is of a home server that is not the sender's: somebody claims to be another. Nothing that it "
                + "says was believed.");
        }

        if (_known.Count >= ClientLimits.KnownCertificates)
        {
            _known.Clear();
        }

        _known.TryAdd(name, 0);
    }

    // From before servers said their tags there are certificates of the own home server alone.
    private bool MayCertify(ServerCertificate server, ServerTag home) =>
        server.Tag.IsEmpty ? home == ServerTag.Of(context.Self.Aci.Uuid) : home.Fits(server.Tag);
}
