using System.Security.Cryptography;
using System.Text.Json;
using Fluister.Wire.Descriptors;

namespace Fluister.ServerTests.Federation;

/// <summary>Somebody who builds releases and signs what came of it.</summary>
internal sealed class Rebuilder : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The public key, as it stands in settings.</summary>
    public byte[] Public => _key.ExportSubjectPublicKeyInfo();

    /// <summary>Signs a statement.</summary>
    public BuildAttestation Sign(BuildStatementJson said)
    {
        var statement = JsonSerializer.SerializeToUtf8Bytes(said, DescriptorJsonContext.Default.BuildStatementJson);
        return new BuildAttestation(
            statement, Public, _key.SignData(BuildAttestation.Signed(statement), HashAlgorithmName.SHA256));
    }

    public void Dispose() => _key.Dispose();
}
