using System.Collections.Concurrent;
using System.Security.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.Keys;
using Fluister.Protocol.SealedSender;

namespace Fluister.Client.Receiving;

/// <summary>Checks sender certificates, and remembers those that hold: a person's is the same for a day and more.</summary>
internal sealed class CertificateCheck(PublicKey[] trustRoots)
{
    private readonly ConcurrentDictionary<string, byte> _known = [];

    /// <summary>Throws unless a trust root stands behind it, and it is not expired.</summary>
    /// <exception cref="ProtocolException">Untrusted certificate, or expired certificate.</exception>
    public void Validate(SenderCertificate certificate, DateTimeOffset now)
    {
        var name = Convert.ToBase64String(SHA256.HashData(certificate.Serialized));
        if (now <= certificate.Expires && _known.ContainsKey(name))
        {
            return;
        }

        certificate.Validate(trustRoots, now);
        if (_known.Count >= ClientLimits.KnownCertificates)
        {
            _known.Clear();
        }

        _known.TryAdd(name, 0);
    }
}
