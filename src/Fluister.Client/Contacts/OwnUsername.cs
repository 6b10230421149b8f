using Fluister.Client.Accounts;
using Fluister.Client.Contents;
using Fluister.Client.Sending;
using Fluister.Client.Store;
using Fluister.Cryptography;
using Fluister.Protocol.Usernames;
using Fluister.Wire.Protos;

namespace Fluister.Client.Contacts;

/// <summary>The account's own username and its link.</summary>
/// <remarks>A name and its link are in the store before the server is asked to confirm them, so that an answer that was lost can be made up
/// for: the server tells the hash of the name that it took.</remarks>
internal sealed class OwnUsername(ClientContext context, Sender sender)
{
    private const string NameItem = "fluister.username";
    private const string LinkItem = "fluister.usernameLink";
    private const string PendingNameItem = "fluister.pendingUsername";
    private const string PendingLinkItem = "fluister.pendingUsernameLink";
    private const int HandleBytes = 16;

    private ItemTable Items => context.Store.Items;

    /// <summary>The username, and the entropy and handle of its link; none where there is none.</summary>
    public static (string Name, byte[]? Entropy, Guid Handle)? Of(ClientContext context) => context.Store.Read(() =>
    {
        var name = context.Store.Items.Text(NameItem);
        var link = context.Store.Items.Bytes(LinkItem);
        return name is null ? ((string, byte[]?, Guid)?)null
            : link is { Length: Usernames.LinkBytes }
                ? (name, link[..UsernameLink.EntropyBytes], new Guid(link.AsSpan(UsernameLink.EntropyBytes), bigEndian: true))
                : (name, null, default);
    });

    /// <summary>Within a transaction: what another device wrote to the storage service.</summary>
    public static void Take(ClientContext context, string? name, ReadOnlySpan<byte> entropy, ReadOnlySpan<byte> handle)
    {
        context.Store.Items.SetText(NameItem, string.IsNullOrEmpty(name) ? null : name);
        byte[] link = entropy.Length == UsernameLink.EntropyBytes && handle.Length == HandleBytes ? [.. entropy, .. handle] : [];
        context.Store.Items.SetBytes(LinkItem, link);
        Show(context, name);
    }

    /// <summary>Takes a username: a nickname, to which a number is found, or a whole one (anna.42).</summary>
    /// <returns>The username.</returns>
    /// <exception cref="ClientException">BadInput: it cannot be; Refused: it is somebody's.</exception>
    public async Task<string> SetAsync(string text, CancellationToken cancel)
    {
        await SettleAsync(cancel).ConfigureAwait(false);
        var candidates = Candidates(text.Trim());
        if (Of(context) is { } own && Array.Find(candidates, name => IsSame(name, own.Name)) is { } respelled)
        {
            return await RespellAsync(respelled, own, cancel).ConfigureAwait(false);
        }

        var hash = await context.Api.ReserveUsernameAsync(candidates.Select(candidate => candidate.Hash), cancel).ConfigureAwait(false)
            ?? throw Taken();
        var reserved = Array.Find(candidates, candidate => candidate.Hash.Span.SequenceEqual(hash)) ?? throw new ClientException(
            ClientError.Malformed, "The home server reserved another username than it was asked for.");
        using var entropy = context.Random.Secret(UsernameLink.EntropyBytes);
        context.Store.Transact(() =>
        {
            Items.SetText(PendingNameItem, reserved.ToString());
            Items.SetBytes(PendingLinkItem, entropy.Reveal());
        });
        var (isTaken, handle) = await context.Api.ConfirmUsernameAsync(
            hash, reserved.Prove(context.Random), UsernameLink.Encrypt(reserved.ToString(), entropy, context.Random), cancel)
            .ConfigureAwait(false);
        if (!isTaken)
        {
            context.Store.Transact(Forget);
            throw Taken();
        }

        Keep(handle);
        return reserved.ToString();
    }

    /// <summary>Gives the username up, with its link.</summary>
    public async Task DeleteAsync(CancellationToken cancel)
    {
        await context.Api.DeleteUsernameAsync(cancel).ConfigureAwait(false);
        context.Store.Transact(() =>
        {
            Forget();
            Take(context, null, default, default);
            Told();
        });
        sender.Wake();
    }

    /// <summary>The link by which the account is found; made where there is none, or a new one is wanted, after which the old one leads
    /// nowhere.</summary>
    /// <exception cref="ClientException">NotFound: there is no username.</exception>
    public async Task<string> LinkAsync(bool renew, CancellationToken cancel)
    {
        await SettleAsync(cancel).ConfigureAwait(false);
        var own = Of(context) ?? throw new ClientException(
            ClientError.NotFound, "The account has no username. Set one first: `fluister account username NAME`.");
        if (own.Entropy is { } known && !renew)
        {
            return Usernames.Link(known, own.Handle);
        }

        using var entropy = context.Random.Secret(UsernameLink.EntropyBytes);
        var encrypted = UsernameLink.Encrypt(own.Name, entropy, context.Random);
        var handle = await context.Api.SetUsernameLinkAsync(encrypted, keepHandle: false, cancel).ConfigureAwait(false)
            ?? throw new ClientException(ClientError.NotFound, "The home server knows no username of this account. Set it again.");
        Save(own.Name, entropy.Reveal(), handle);
        return Usernames.Link(entropy.Reveal(), handle);
    }

    /// <summary>Takes the link away; the username stays.</summary>
    public async Task DeleteLinkAsync(CancellationToken cancel)
    {
        await context.Api.DeleteUsernameLinkAsync(cancel).ConfigureAwait(false);
        context.Store.Transact(() =>
        {
            Items.SetBytes(LinkItem, default);
            Told();
        });
        sender.Wake();
    }

    /// <summary>Makes up for an answer that was lost: asks which username the server has for the account.</summary>
    public async Task SettleAsync(CancellationToken cancel)
    {
        if (context.Store.Read(() => Items.Text(PendingNameItem)) is not { } pending)
        {
            return;
        }

        var account = await context.Api.WhoAmIAsync(cancel).ConfigureAwait(false);
        if (Username.TryParse(pending, out var username, out _)
            && account.UsernameHash == System.Buffers.Text.Base64Url.EncodeToString(username.Hash.Span))
        {
            Keep(account.UsernameLinkHandle);
        }
        else
        {
            context.Store.Transact(Forget);
        }
    }

    private static bool IsSame(Username name, string own) => string.Equals(name.ToString(), own, StringComparison.OrdinalIgnoreCase);

    private static ClientException Taken() => new(
        ClientError.Refused, "That username is somebody's, or was until a few days ago. Choose another number, or another nickname.");

    private static void Show(ClientContext context, string? name)
    {
        var own = context.Store.Conversations.GetOrAdd(context.Self.Aci);
        own.Json.Put("username", name);
        context.Store.Conversations.Save(own);
    }

    private Username[] Candidates(string text)
    {
        UsernameError? error;
        if (text.Contains('.', StringComparison.Ordinal))
        {
            var point = text.LastIndexOf('.');
            return Username.TryParse(
                text[..point], text[(point + 1)..], Username.ShortestNickname, Username.LongestNickname, out var whole, out error)
                ? [whole]
                : throw Refuse(error.Value);
        }

        return Username.TryCandidates(
            text, Username.ShortestNickname, Username.LongestNickname, context.Random, out var candidates, out error)
            ? [.. candidates.Select(candidate => Username.TryParse(candidate, out var read, out _) ? read : null).OfType<Username>()]
            : throw Refuse(error.Value);
    }

    private static ClientException Refuse(UsernameError error) => new(ClientError.BadInput, error switch
    {
        UsernameError.NicknameTooShort => $"A username's nickname has at least {Username.ShortestNickname} letters.",
        UsernameError.NicknameTooLong => $"A username's nickname has at most {Username.LongestNickname} letters.",
        UsernameError.NicknameBeginsWithDigit => "A username does not begin with a digit.",
        UsernameError.NicknameCharacter or UsernameError.NicknameMissing => "A username has a to z, 0 to 9 and '_' only.",
        _ => "A username's number has two to nine digits, and does not begin with 0 where it has more than two.",
    });

    // Other letters of the same name: the hash is the same, and only what lies behind the link changes.
    private async Task<string> RespellAsync(Username name, (string Name, byte[]? Entropy, Guid Handle) own, CancellationToken cancel)
    {
        if (own.Entropy is { } known)
        {
            using var entropy = new Secret(known);
            var encrypted = UsernameLink.Encrypt(name.ToString(), entropy, context.Random);
            var handle = await context.Api.SetUsernameLinkAsync(encrypted, keepHandle: true, cancel).ConfigureAwait(false);
            Save(name.ToString(), known, handle ?? own.Handle);
        }
        else
        {
            Save(name.ToString(), default, default);
        }

        return name.ToString();
    }

    private void Keep(Guid? handle)
    {
        var (name, entropy) = context.Store.Read(() => (Items.Text(PendingNameItem)!, Items.Bytes(PendingLinkItem)!));
        Save(name, handle is null ? default : entropy, handle ?? default);
    }

    private void Save(string name, ReadOnlySpan<byte> entropy, Guid handle)
    {
        var (bytes, id) = (entropy.ToArray(), handle.ToByteArray(bigEndian: true));
        context.Store.Transact(() =>
        {
            Forget();
            Take(context, name, bytes, id);
            Told();
        });
        sender.Wake();
    }

    // Other devices read it at the storage service.
    private void Told()
    {
        Upkeep.Need(Items, UpkeepTask.WriteStorage);
        Syncs.Enqueue(context, sender, new SyncMessage { UsernameChange = new SyncMessage.Types.UsernameChange() });
    }

    private void Forget()
    {
        Items.SetText(PendingNameItem, null);
        Items.SetBytes(PendingLinkItem, default);
    }
}
