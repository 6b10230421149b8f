using Fluister.Client.Accounts;
using Fluister.Client.Contacts;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Fingerprints;

namespace Fluister.Client;

/// <content>People: who is known, whom a text means, safety numbers, usernames.</content>
public sealed partial class AccountClient
{
    /// <summary>Everybody whom the account knows, the last active first.</summary>
    public IReadOnlyList<Contact> Contacts() => new ContactBook(_context).All();

    /// <summary>A person, from the store alone; null for somebody who is not known.</summary>
    public Contact? Contact(ServiceId person) => new ContactBook(_context).Find(person);

    /// <summary>Finds whom a text means: an id, a contact's name, a username ("anna.42", or "anna.42@chat.example.org" of
    /// another home server), its link, a number of a known contact, "self".</summary>
    /// <exception cref="ClientException">NotFound; BadInput where several fit; Unreachable.</exception>
    public Task<ServiceId> ResolveAsync(string recipient, CancellationToken cancel) =>
        new ContactBook(_context).ResolveAsync(recipient, cancel);

    /// <summary>Makes a person a contact: they may write to this account, and are called by a name of the owner's, or by their
    /// own.</summary>
    public Task AddContactAsync(ServiceId person, string? name, CancellationToken cancel) =>
        ChangeContactAsync(book => book.Add(person, name), cancel);

    /// <summary>Names a person; null takes the name away.</summary>
    /// <exception cref="ClientException">NotFound.</exception>
    public Task RenameContactAsync(ServiceId person, string? name, CancellationToken cancel) =>
        ChangeContactAsync(book => book.Rename(person, name), cancel);

    /// <summary>The safety number with a person.</summary>
    /// <exception cref="ClientException">NotFound: no key of theirs is known yet.</exception>
    public SafetyNumber SafetyNumber(ServiceId person) => new SafetyNumbers(_context, _sender).Of(person);

    /// <summary>Compares the safety number with the code that was scanned from the person's screen. It marks nothing.</summary>
    /// <exception cref="ClientException">NotFound; BadInput: no such code.</exception>
    public FingerprintMatch CompareScanned(ServiceId person, ReadOnlySpan<byte> scanned) =>
        new SafetyNumbers(_context, _sender).Compare(person, scanned);

    /// <summary>Says that the safety number with a person was compared, or is not to count as compared any more.</summary>
    /// <exception cref="ClientException">NotFound: no key of theirs is known yet.</exception>
    public Task VerifyAsync(ServiceId person, bool isVerified, CancellationToken cancel) =>
        ChangeIdentityAsync(numbers => numbers.Mark(person, isVerified), cancel);

    /// <summary>Accepts that a person whose safety number was verified has another key now: they are written to again.</summary>
    /// <exception cref="ClientException">NotFound: no key of theirs is known yet.</exception>
    public Task AcceptIdentityAsync(ServiceId person, CancellationToken cancel) =>
        ChangeIdentityAsync(numbers => numbers.Accept(person), cancel);

    /// <summary>Asks the server whether people's keys are those that are known; tells of the others as events too.</summary>
    public Task<IReadOnlyList<ServiceId>> CheckIdentitiesAsync(CancellationToken cancel) =>
        new SafetyNumbers(_context, _sender).CheckAsync(cancel);

    /// <summary>The account's username; null where it has none.</summary>
    public string? Username => OwnUsername.Of(_context)?.Name;

    /// <summary>The same as accounts of other home servers write it: anna.42@chat.example.org.</summary>
    public string? UsernameAddress => Username is { } name ? $"{name}@{_link.Server.Said.Domain}" : null;

    /// <summary>Takes a username: a nickname, to which a free number is found, or a whole one ("anna.42").</summary>
    /// <returns>The username.</returns>
    /// <exception cref="ClientException">BadInput; Refused: it is somebody's.</exception>
    public Task<string> SetUsernameAsync(string username, CancellationToken cancel) =>
        ThenWakeAsync(own => own.SetAsync(username, cancel));

    /// <summary>Gives the username up, with its link.</summary>
    public async Task DeleteUsernameAsync(CancellationToken cancel)
    {
        await new OwnUsername(_context, _sender).DeleteAsync(cancel).ConfigureAwait(false);
        _upkeep.Wake();
    }

    /// <summary>The link of the username, https://signal.me/#eu/...; made where there is none, or a new one is wanted.</summary>
    /// <exception cref="ClientException">NotFound: there is no username.</exception>
    public Task<string> UsernameLinkAsync(bool renew, CancellationToken cancel) =>
        ThenWakeAsync(own => own.LinkAsync(renew, cancel));

    /// <summary>Takes the username's link away; the username stays.</summary>
    public Task DeleteUsernameLinkAsync(CancellationToken cancel) => new OwnUsername(_context, _sender).DeleteLinkAsync(cancel);

    /// <summary>Reads what other devices wrote to the storage service, and writes what changed here.</summary>
    public Task SyncStorageAsync(CancellationToken cancel) =>
        _upkeep.DoAsync(UpkeepTask.ReadStorage | UpkeepTask.WriteStorage, cancel);

    private async Task<string> ThenWakeAsync(Func<OwnUsername, Task<string>> work)
    {
        var done = await work(new OwnUsername(_context, _sender)).ConfigureAwait(false);
        _upkeep.Wake();
        return done;
    }

    private Task ChangeContactAsync(Action<ContactBook> change, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        _context.Store.Transact(() => change(new ContactBook(_context)));
        _upkeep.Wake();
        return Task.CompletedTask;
    }

    private Task ChangeIdentityAsync(Action<SafetyNumbers> change, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        _context.Store.Transact(() => change(new SafetyNumbers(_context, _sender)));
        _sender.Wake();
        _upkeep.Wake();
        return Task.CompletedTask;
    }
}
