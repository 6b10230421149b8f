using System.Security.Cryptography;
using System.Text;

namespace Fluister.NotForking.Rebuild.Signing;

/// <summary>Keys that sign releases and attestations: ECDSA over P-256 with SHA-256, in PEM files, as OpenSSL and .NET read them.</summary>
internal static class ReleaseKey
{
    /// <summary>Makes a pair: the secret key, which only its owner may read, and the public one, at the path with ".pub".</summary>
    /// <exception cref="NotForkException">There is something already.</exception>
    public static void Create(string path)
    {
        if (File.Exists(path) || File.Exists(path + ".pub"))
        {
            throw new NotForkException(ExitCode.OutputGuard, "There is a key already, which is not overwritten.", new Place(path));
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var secret = new FileStream(path, options))
        {
            secret.Write(Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"));
        }

        File.WriteAllText(path + ".pub", key.ExportSubjectPublicKeyInfoPem() + "\n");
    }

    /// <summary>Reads a secret or a public key.</summary>
    /// <exception cref="NotForkException">It is missing, or no key on P-256 (usage).</exception>
    public static ECDsa Read(string path)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            if (IsP256(key))
            {
                return key;
            }
        }
        catch (Exception e) when (e is IOException or ArgumentException or CryptographicException or UnauthorizedAccessException)
        {
            key.Dispose();
            throw new NotForkException(
                ExitCode.Usage, "It cannot be read as a key in PEM form; `./build key FILE` makes one.", new Place(path), e);
        }

        key.Dispose();
        throw new NotForkException(ExitCode.Usage, "It is no key on the curve P-256; `./build key FILE` makes one.", new Place(path));
    }

    /// <summary>Whether a key is on P-256, by name: others are as long.</summary>
    public static bool IsP256(ECDsa key) => key.ExportParameters(false).Curve is { Oid.Value: "1.2.840.10045.3.1.7" };

    /// <summary>Writes FILE.sig: the signature of a file as it is, in DER, as `openssl dgst -sha256 -verify` wants it.</summary>
    public static void SignFile(string file, string keyPath)
    {
        using var key = Read(keyPath);
        File.WriteAllBytes(file + ".sig",
            key.SignData(File.ReadAllBytes(file), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }

    /// <summary>Checks FILE.sig.</summary>
    /// <exception cref="NotForkException">It is missing, or another key's, or of another file (verification).</exception>
    public static void VerifyFile(string file, string keyPath)
    {
        using var key = Read(keyPath);
        var signature = file + ".sig";
        if (!File.Exists(signature))
        {
            throw new NotForkException(ExitCode.Verification, "The signature is missing.", new Place(signature));
        }

        if (!key.VerifyData(
            File.ReadAllBytes(file), File.ReadAllBytes(signature), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))
        {
            throw new NotForkException(
                ExitCode.Verification, $"The signature is not that of the key in \"{keyPath}\".", new Place(signature));
        }
    }
}
