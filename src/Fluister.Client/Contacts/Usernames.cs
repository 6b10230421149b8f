using System.Buffers.Text;
using Fluister.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Usernames;
using Fluister.Wire;

namespace Fluister.Client.Contacts;

/// <summary>Finds people by usernames and their links; the server sees hashes and handles, and not who asks.</summary>
internal sealed class Usernames(ClientContext context)
{
    /// <summary>Bytes behind the '#' of a link: the entropy, and the handle that the server made.</summary>
    public const int LinkBytes = UsernameLink.EntropyBytes + 16;

    private const string Fragment = "#eu/";
    private static readonly string[] Starts = ["https://signal.me/", "sgnl://signal.me/", "http://signal.me/"];

    /// <summary>Whether a text looks like a username's link.</summary>
    public static bool IsLink(string text) => TryReadLink(text, out _, out _);

    /// <summary>Whether a text can be a username, with a domain or without.</summary>
    public static bool IsName(string text) => UsernameAddress.TryParse(text, out _);

    /// <summary>The link of a username.</summary>
    public static string Link(ReadOnlySpan<byte> entropy, Guid handle)
    {
        byte[] both = [.. entropy, .. handle.ToByteArray(bigEndian: true)];
        return Starts[0] + Fragment + Base64Url.EncodeToString(both);
    }

    /// <summary>Reads a link (https://signal.me/#eu/...).</summary>
    public static bool TryReadLink(string text, out byte[] entropy, out Guid handle)
    {
        (entropy, handle) = ([], default);
        var start = Array.Find(Starts, start => text.StartsWith(start + Fragment, StringComparison.OrdinalIgnoreCase));
        Span<byte> bytes = stackalloc byte[LinkBytes];
        if (start is null || !Wire.Base64Text.TryRead(text.AsSpan(start.Length + Fragment.Length).TrimEnd('='), bytes))
        {
            return false;
        }

        entropy = bytes[..UsernameLink.EntropyBytes].ToArray();
        handle = new Guid(bytes[UsernameLink.EntropyBytes..], bigEndian: true);
        return true;
    }

    private string OwnDomain => context.Api.Link.Server.Said.Domain;

    private ServerTag OwnTag => ServerTag.Of(context.Self.Aci.Uuid);

    /// <summary>The account of a username, with a domain or without, or of a link; the name is kept with the conversation.</summary>
    /// <exception cref="ClientException">NotFound: nobody, or a domain that the home server does not know; BadInput: no username;
    /// Malformed: what lies behind the link is none; Unreachable: that domain's server is down.</exception>
    public async Task<ServiceId> FindAsync(string text, CancellationToken cancel)
    {
        if (TryReadLink(text, out var entropy, out var handle))
        {
            return await FollowAsync(entropy, handle, cancel).ConfigureAwait(false);
        }

        if (!UsernameAddress.TryParse(text, out var address))
        {
            throw NoUsername(ClientError.BadInput);
        }

        var isOwn = address.Domain is null || address.Domain.Equals(OwnDomain, StringComparison.OrdinalIgnoreCase);
        if (isOwn && IsSelf(address.Name))
        {
            return context.Self.Aci;
        }

        var found = await AskAsync(address, cancel).ConfigureAwait(false);

        // Whose accounts are whose is seen from their ids.
        return address.Domain is not null && isOwn != (ServerTag.Of(found) == OwnTag)
            ? throw new ClientException(
                ClientError.Malformed, $"The home server named an account of another server than {address.Domain}. Ask who runs it.")
            : Keep(found, isOwn ? address with { Domain = null } : address);
    }

    // A link leads to one home server's account, which its handle names; the same name may be somebody's elsewhere.
    private async Task<ServiceId> FollowAsync(byte[] entropy, Guid handle, CancellationToken cancel)
    {
        var name = await OpenAsync(entropy, handle, cancel).ConfigureAwait(false);
        if (!Username.TryParse(name, out var username, out _))
        {
            throw NoUsername(ClientError.Malformed);
        }

        var home = ServerTag.Of(handle);
        var (status, found) = home == OwnTag ? (403, null)
            : await context.Api.FindUsernameAsync(username.Hash, home.ToString(), cancel).ConfigureAwait(false);
        if (status == 403)
        {
            // From before handles named their servers a link is of the own one.
            if (IsSelf(username))
            {
                return context.Self.Aci;
            }

            home = OwnTag;
            found = await AskAsync(new UsernameAddress(username, OwnDomain), cancel).ConfigureAwait(false);
        }

        return found is { } account && ServerTag.Of(account) == home
            ? Keep(account, new UsernameAddress(username, null))
            : throw (status == 503 ? NotReached("The link's home server") : new ClientException(
                ClientError.NotFound, "The link leads nowhere (any more). Ask for a new one."));
    }

    private bool IsSelf(Username name) =>
        name.ToString().Equals(OwnUsername.Of(context)?.Name, StringComparison.OrdinalIgnoreCase);

    private async Task<Guid> AskAsync(UsernameAddress address, CancellationToken cancel)
    {
        var (status, found) = await context.Api.FindUsernameAsync(address.Name.Hash, address.Domain, cancel).ConfigureAwait(false);
        return found ?? throw status switch
        {
            403 => new ClientException(
                ClientError.NotFound,
                $"Your home server does not know {address.Domain}. Who runs it can add that server: "
                + $"`fluister-server peer add {address.Domain}`."),
            503 => NotReached(address.Domain ?? "Another home server"),
            _ => new ClientException(
                ClientError.NotFound, $"Nobody has that username at {address.Domain ?? "this home server"} (any more)."),
        };
    }

    private static ClientException NotReached(string server) =>
        new(ClientError.Unreachable, $"{server} cannot be reached by your home server now. Try again later.");

    private ServiceId Keep(Guid found, UsernameAddress address)
    {
        var person = ServiceId.Aci(found);
        context.Store.Transact(() =>
        {
            var row = context.Store.Conversations.GetOrAdd(person);
            row.Json["username"] = address.ToString();
            context.Store.Conversations.Save(row);
        });
        return person;
    }

    private static ClientException NoUsername(ClientError error) => new(
        error,
        "That is no username: it has letters, digits and '_', a point, and a number (anna.42), and may name a home server "
        + "(anna.42@chat.example.org).");

    private async Task<string> OpenAsync(byte[] entropy, Guid handle, CancellationToken cancel)
    {
        using var secret = new Secret(entropy);
        var encrypted = await context.Api.FindUsernameLinkAsync(handle, cancel).ConfigureAwait(false) ?? throw new ClientException(
            ClientError.NotFound, "The link leads nowhere (any more). Ask for a new one.");
        try
        {
            return UsernameLink.Decrypt(encrypted, secret);
        }
        catch (ProtocolException wrong)
        {
            throw new ClientException(ClientError.Malformed, "What lies behind the link is no username. Ask for a new link.", wrong);
        }
    }
}
