using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Server.Accounts;

namespace Fluister.ServerTests.Enumeration;

/// <summary>Somebody whom a stranger asks for: by all that an account may be asked for by.</summary>
internal sealed record Target
{
    /// <summary>The recovery password of those who are there.</summary>
    public static byte[] Recovery { get; } = [.. Enumerable.Repeat((byte)7, 32)];

    /// <summary>The id.</summary>
    public Guid Aci { get; private init; } = Guid.NewGuid();

    /// <summary>The number's id.</summary>
    public Guid Pni { get; private init; } = Guid.NewGuid();

    /// <summary>The number.</summary>
    public string Number { get; private init; } = "+32" + RandomNumberGenerator.GetInt32(100_000_000, 999_999_999);

    /// <summary>The username's hash.</summary>
    public byte[] Username { get; } = RandomNumberGenerator.GetBytes(32);

    /// <summary>The link's handle.</summary>
    public Guid Link { get; } = Guid.NewGuid();

    /// <summary>What is shown where a key, or a password of 32 bytes, is wanted: the right one of disabled accounts and friends.</summary>
    public bool KnowsSecrets { get; private init; }

    /// <summary>The access key that is shown.</summary>
    public byte[] AccessKey => KnowsSecrets ? TestAccount.AccessKey : new byte[16];

    /// <summary>The device's password that is shown.</summary>
    public string Password => KnowsSecrets ? TestAccount.Password : "another password";

    /// <summary>The credential for storage that is shown: a right one only of friends, since no stranger
    /// has ever had one.</summary>
    public string Storage { get; private init; } = "another credential";

    /// <summary>The recovery password that is shown.</summary>
    public byte[] RecoveryPassword => KnowsSecrets ? Recovery : new byte[32];

    /// <summary>The account's id.</summary>
    public ServiceId Id => ServiceId.Aci(Aci);

    /// <summary>Makes one of a kind.</summary>
    public static async Task<Target> MakeAsync(TestServer server, TargetKind kind)
    {
        if (kind == TargetKind.Unknown)
        {
            // An id of this server's: of another one's it is plain that nobody has it here.
            var tag = server.Identity.Tag;
            return new Target { Aci = tag.Mint(RandomSource.System), Pni = tag.Mint(RandomSource.System) };
        }

        var made = await server.AddAccountAsync();
        var account = made.Account;
        var knowsSecrets = kind is TargetKind.Disabled or TargetKind.Friend;
        var credential = (await server.AskAsync("GET", "/v1/storage/auth", made.Caller)).Read();
        var target = new Target
        {
            Aci = account.Aci,
            Pni = account.Pni!.Value,
            Number = account.Number!,
            KnowsSecrets = knowsSecrets,
            Storage = kind == TargetKind.Friend ? (string)credential["password"]! : "another credential",
        };
        await server.Home.Accounts.UpdateAsync(account.Aci, before => before with
        {
            IsDisabled = kind == TargetKind.Disabled,
            AccessKey = kind == TargetKind.Keyless ? null : before.AccessKey,
            UsernameHash = target.Username,
            UsernameLink = target.Link,
            EncryptedUsername = [1, 2, 3],
            RecoveryPassword = Attributes.Recovery(Recovery, RandomSource.System),
        });
        return target;
    }
}
