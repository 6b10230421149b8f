using Fluister.Client.Accounts;
using Fluister.Client.Contents;
using Fluister.Client.Store;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Profiles;

namespace Fluister.Client.Contacts;

/// <summary>The people that the account knows: who they are, what they are called, whom a text means.</summary>
internal sealed class ContactBook(ClientContext context)
{
    private const string Own = "self";

    private readonly Usernames _usernames = new(context);

    private ClientStore Store => context.Store;

    /// <summary>Everybody, the last active first; without the account itself.</summary>
    public IReadOnlyList<Contact> All() => Store.Read<IReadOnlyList<Contact>>(() =>
        [.. Store.Conversations.All().Select(Describe).OfType<Contact>().Where(contact => contact.Id != context.Self.Aci)]);

    /// <summary>A person; null for somebody who is not known.</summary>
    public Contact? Find(ServiceId person) =>
        Store.Read(() => Store.Conversations.Find(person) is { } row ? Describe(row) : null);

    /// <summary>Within a transaction: makes a person a contact, whom to write with, under a name of the owner's or none.</summary>
    public void Add(ServiceId person, string? name)
    {
        var row = Store.Conversations.GetOrAdd(person);
        if (person != context.Self.Aci)
        {
            row.Json["profileSharing"] = true;
            row.Json["messageRequestResponseType"] = MessageRequests.Accepted;
            row.Json.Remove("removalStage");
        }

        Save(row with { Name = Clean(name) ?? row.Name });
    }

    /// <summary>Within a transaction: names a person; with null the name is taken away.</summary>
    /// <exception cref="ClientException">NotFound.</exception>
    public void Rename(ServiceId person, string? name)
    {
        var row = Store.Conversations.Find(person)
            ?? throw new ClientException(ClientError.NotFound, "That is nobody whom this account knows.");
        Save(row with { Name = Clean(name) });
    }

    /// <summary>Whom a text means: "self", an id, a username or its link, a contact's name, what they call themselves, a number.</summary>
    /// <exception cref="ClientException">NotFound; BadInput where several fit.</exception>
    public async Task<ServiceId> ResolveAsync(string text, CancellationToken cancel)
    {
        text = text.Trim();
        if (text.Equals(Own, StringComparison.OrdinalIgnoreCase))
        {
            return context.Self.Aci;
        }

        if (ServiceId.TryParse(text, out var id))
        {
            return id;
        }

        // What the owner calls somebody goes before all that others say of themselves.
        if (One(text, contact => Is(contact.Name, text)) is { } named)
        {
            return named;
        }

        if (One(text, contact => Is(contact.Number, text) || Is(contact.Username, text)) is { } labelled)
        {
            return labelled;
        }

        if (Usernames.IsLink(text) || Usernames.IsName(text))
        {
            return await _usernames.FindAsync(text, cancel).ConfigureAwait(false);
        }

        return One(text, contact => contact.ProfileName is not null && Is(contact with { Name = null }, text))
            ?? throw new ClientException(
                ClientError.NotFound,
                "Nobody of that name is known. Give an id, a contact's name, a username (anna.42) or its link; `fluister contact list` "
                + "shows who is known.");
    }

    private static bool Is(string? known, string text) => string.Equals(known, text, StringComparison.OrdinalIgnoreCase);

    private static bool Is(Contact contact, string text) => Is(contact.DisplayName, text) || Is(contact.ProfileName?.Given, text);

    private static string? Clean(string? name)
    {
        var clean = CleanText.Of(name)?.Trim();
        return string.IsNullOrEmpty(clean) ? null
            : clean.Length <= ClientLimits.ContactNameChars ? clean
            : throw new ClientException(ClientError.BadInput, $"A contact's name has at most {ClientLimits.ContactNameChars} letters.");
    }

    private ServiceId? One(string text, Func<Contact, bool> fits)
    {
        ServiceId[] found = [.. All().Where(fits).Select(contact => contact.Id).Distinct().Take(2)];
        return found.Length switch
        {
            0 => null,
            1 => found[0],
            _ => throw new ClientException(
                ClientError.BadInput,
                $"Several people are called \"{text}\". Give the id of the one that you mean; `fluister contact list` shows them."),
        };
    }

    private void Save(StoredConversation row)
    {
        row.Json["needsStorageServiceSync"] = true;
        Store.Conversations.Save(row);
        Upkeep.Need(Store.Items, UpkeepTask.WriteStorage | UpkeepTask.Profiles);
    }

    private Contact? Describe(StoredConversation row)
    {
        if (row is not { Type: "private", ServiceId: { } person })
        {
            return null;
        }

        var identity = Store.Identities.Find(person);
        return new Contact
        {
            Id = person,
            Name = row.Name,
            ProfileName = row.ProfileName is { } given ? new ProfileName(given, row.ProfileFamilyName) : null,
            Username = row.Json.Text("username"),
            Number = row.Number,
            About = row.Json.Text("about"),
            IsBlocked = MessageRequests.IsBlocked(row),
            IsAccepted = person == context.Self.Aci || MessageRequests.IsAccepted(row),
            IsVerified = identity is { Verification: Verification.Verified },
            HasUntrustedIdentity = identity is { IsAccepted: false },
            ExpireSeconds = row.Json.Number("expireTimer") ?? 0,
            ActiveAt = row.ActiveAt is >= 0 and <= ClientLimits.LatestMilliseconds
                ? DateTimeOffset.FromUnixTimeMilliseconds(row.ActiveAt.Value)
                : null,
        };
    }
}
