using System.Globalization;
using System.Text;
using Fluister.Cryptography;
using Fluister.Server.Identity;
using Fluister.Server.Limits;
using Fluister.Server.Requests;
using Fluister.Wire;

namespace Fluister.Server.Attachments;

/// <summary>Gives out the right to upload one attachment of a certain size, and checks it.</summary>
/// <remarks>A key is an id that bears the server's tag, so that it leads to where the attachment is; the rest nobody can guess.</remarks>
internal sealed class UploadForms(
    ServiceCredentials credentials, AttachmentStore store, RateLimits limits, ServerTag tag, RandomSource random, Func<Uri> url)
{
    private const int Tus = 3;
    private const string Bearer = "Bearer ";

    /// <summary>A form for an attachment of an account.</summary>
    /// <param name="account">Whose quota it counts against.</param>
    /// <param name="length">Its size; the largest where the client does not say.</param>
    /// <exception cref="RefusedException">429: too many, or too much, for now.</exception>
    public UploadForm Create(Guid account, long length)
    {
        limits.Take(ServerLimits.Attachments, account);
        if (store.Wait(account, length) is { } wait)
        {
            throw new RefusedException(Response.TooMany(wait));
        }

        var key = tag.Mint(random).ToString();
        return new UploadForm(
            Tus,
            key,
            new Dictionary<string, string>
            {
                ["Authorization"] = Bearer + credentials.Issue(string.Create(CultureInfo.InvariantCulture, $"{key}:{length}:{account}")),
                ["Upload-Metadata"] = "filename " + Convert.ToBase64String(Encoding.ASCII.GetBytes(key)),
            },
            new Uri(url(), "attachments"));
    }

    /// <summary>The key that a header gives the right to upload, the most bytes, and for whom; or none.</summary>
    public (string Key, long Length, Guid Account)? Right(string? authorization) =>
        authorization?.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) == true
            && credentials.Name(authorization[Bearer.Length..])?.Split(':') is [var key, var length, var account]
                ? (key, long.Parse(length, CultureInfo.InvariantCulture), Guid.Parse(account))
                : null;
}
