using System.Globalization;
using System.Text;
using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Server.Requests;
using Fluister.Server.Stores;
using Microsoft.Data.Sqlite;

namespace Fluister.Server.Accounts;

/// <summary>Finds out which device a caller is: HTTP's basic authentication with "id.device" and the device's password.</summary>
internal sealed class Authenticator(AccountStore accounts, TimeProvider time)
{
    private const string Scheme = "Basic ";

    // Checked where there is no such device, so that the time does not tell.
    private static readonly PasswordHash Nobody = PasswordHash.Of("nobody", RandomSource.System);

    /// <summary>The name and the password of a header, or none where it is not of that form.</summary>
    public static (string Name, string Password)? Read(string? header)
    {
        if (header is null || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[512];
        if (!Convert.TryFromBase64String(header[Scheme.Length..].Trim(), bytes, out var length))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes[..length]);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : (text[..colon], text[(colon + 1)..]);
    }

    /// <summary>The device, or none where the header is bad, the password wrong, or the account disabled.</summary>
    public Caller? Find(string? header)
    {
        if (Read(header) is not { } given)
        {
            return null;
        }

        var (id, device) = Split(given.Name);
        var account = id is { } aci ? accounts.Find(aci) : null;
        var found = account is { IsDisabled: false } && account.Aci == id ? account.Find(device) : null;
        var fits = (found?.Password ?? Nobody).Fits(given.Password);
        if (!fits || found is null)
        {
            return null;
        }

        if (found.LastSeenDay < ServerClock.Day(time.GetUtcNow()))
        {
            _ = SeeAsync(account!.Aci, found.Id);
        }

        return new Caller(account!, found);
    }

    /// <summary>The device as it is now, or none where it is gone, has another password, or its account is disabled.</summary>
    public Caller? Refresh(Caller caller) =>
        accounts.Find(ServiceId.Aci(caller.Account.Aci)) is { IsDisabled: false } account && account.Find(caller.Device.Id) is { } device
        && device.Password.Hash.AsSpan().SequenceEqual(caller.Device.Password.Hash)
            ? ReferenceEquals(device, caller.Device) && ReferenceEquals(account, caller.Account) ? caller : new Caller(account, device)
            : null;

    // The day, once a day; nobody waits for it, and nothing is lost where it fails.
    private async Task SeeAsync(Guid aci, int id)
    {
        try
        {
            var today = ServerClock.Day(time.GetUtcNow());
            await accounts.UpdateAsync(aci, account => account.With(id, device => device with { LastSeenDay = today }))
                .ConfigureAwait(false);
        }
        catch (Exception busy) when (busy is StoreException or SqliteException)
        {
            // Tomorrow is another day.
        }
    }

    private static (Guid? Id, int Device) Split(string name)
    {
        var point = name.IndexOf('.', StringComparison.Ordinal);
        var device = Device.Primary;
        if (name.Contains('\0', StringComparison.Ordinal))
        {
            // Numbers are read with zeros after them; a name of an id and a number has none.
            return (null, 0);
        }

        if (point >= 0 && !int.TryParse(name.AsSpan(point + 1), NumberStyles.None, CultureInfo.InvariantCulture, out device))
        {
            return (null, 0);
        }

        return Guid.TryParseExact(point < 0 ? name : name[..point], "D", out var id) ? (id, device) : (null, 0);
    }
}
