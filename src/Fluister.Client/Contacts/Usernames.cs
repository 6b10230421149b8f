using System.Buffers.Text;
using Fluister.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Usernames;

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

    /// <summary>Whether a text can be a username.</summary>
    public static bool IsName(string text) => Username.TryParse(text, out _, out _);

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

    /// <summary>The account of a username or of a link; the name is kept with the conversation.</summary>
    /// <exception cref="ClientException">NotFound; BadInput: no username; Malformed: what lies behind the link is none.</exception>
    public async Task<ServiceId> FindAsync(string text, CancellationToken cancel)
    {
        var name = TryReadLink(text, out var entropy, out var handle)
            ? await OpenAsync(entropy, handle, cancel).ConfigureAwait(false)
            : text;
        if (!Username.TryParse(name, out var username, out _))
        {
            throw new ClientException(
                ClientError.BadInput, "That is no username: it has letters, digits and '_', a point, and a number (anna.42).");
        }

        if (username.ToString().Equals(OwnUsername.Of(context)?.Name, StringComparison.OrdinalIgnoreCase))
        {
            return context.Self.Aci;
        }

        var found = await context.Api.FindUsernameAsync(username.Hash, cancel).ConfigureAwait(false) ?? throw new ClientException(
            ClientError.NotFound, "Nobody has that username at this home server (any more).");
        var person = ServiceId.Aci(found);
        context.Store.Transact(() =>
        {
            var row = context.Store.Conversations.GetOrAdd(person);
            row.Json["username"] = username.ToString();
            context.Store.Conversations.Save(row);
        });
        return person;
    }

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
