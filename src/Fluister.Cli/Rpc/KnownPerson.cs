using Fluister.Client;
using Fluister.Protocol.Addresses;

namespace Fluister.Cli.Rpc;

/// <summary>What programs are told of a person beside the id.</summary>
/// <param name="Number">The number, where it is known.</param>
/// <param name="Name">The name that the owner of the account sees.</param>
internal readonly record struct KnownPerson(string? Number, string? Name)
{
    /// <summary>Of a person, as an account knows it.</summary>
    public static KnownPerson Of(AccountClient account, ServiceId id) =>
        account.Contact(id) is { } contact ? new KnownPerson(contact.Number, contact.DisplayName) : default;
}
