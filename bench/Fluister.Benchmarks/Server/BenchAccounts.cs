using System.Text;
using Fluister.Cryptography;
using Fluister.Protocol.Keys;
using Fluister.Server;
using Fluister.Server.Accounts;
using Fluister.Server.Operations;
using Fluister.Server.Stores.Sqlite;

namespace Fluister.Benchmarks.Server;

/// <summary>A data folder with accounts of one device each, made before its server starts.</summary>
internal static class BenchAccounts
{
    /// <summary>The registration id of every device.</summary>
    public const int RegistrationId = 1234;

    private const string Password = "a password of a benchmark";

    /// <summary>Sets a server up, and gives the ids of its accounts.</summary>
    public static Task<Guid[]> CreateAsync(DataFolder folder, int count)
    {
        SetUp(folder, new ServerOptions());
        return FillAsync(folder, count);
    }

    /// <summary>Sets a server up without accounts.</summary>
    /// <param name="folder">Where it keeps everything.</param>
    /// <param name="options">Its name and place; what is for benchmarks is added.</param>
    /// <param name="perMinute">Sealed messages that one place, or peer, may send to one account in a minute.</param>
    public static void SetUp(
        DataFolder folder, ServerOptions options, int perMinute = ServerLimits.MostMessagesPerMinute) => folder.SetUp(
        options with
        {
            LogLevel = "warning",

            // All senders share one address, and each sends to one account what a thousand people would.
            MessagesPerPair = ServerLimits.MostMessagesPerMinute,
            SealedMessagesPerPair = perMinute,
            MessagesPerAddress = ServerLimits.MostMessagesPerMinute,
        },
        DateTimeOffset.UtcNow,
        RandomSource.System);

    /// <summary>Gives a server accounts, and their ids.</summary>
    public static async Task<Guid[]> FillAsync(DataFolder folder, int count)
    {
        var identity = folder.ReadIdentity();
        var (key, password) = (IdentityKeyPair.Generate(RandomSource.System).Public, PasswordHash.Of(Password, RandomSource.System));

        if (!File.Exists(folder.Database) && !OperatingSystem.IsWindows())
        {
            // As the server's own commands make it: for its owner alone, or the server refuses it.
            await File.WriteAllBytesAsync(folder.Database, []);
            File.SetUnixFileMode(folder.Database, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        await using var database = new SqliteDatabase(folder.Database);
        return await database.WriteAsync(session => Enumerable.Range(0, count).Select(i =>
        {
            var id = identity.Tag.Mint(RandomSource.System);
            AccountStore.Insert(session, new Account
            {
                Aci = id,
                Pni = identity.Tag.Mint(RandomSource.System),
                Number = $"+3197{i:d8}",
                AciIdentity = key,
                PniIdentity = key,
                AccessKey = AccessKey(id),
                Devices =
                [
                    new Device
                    {
                        Id = Device.Primary,
                        Password = password,
                        RegistrationId = RegistrationId,
                        PniRegistrationId = RegistrationId,
                        Created = DateTimeOffset.UtcNow,
                        LastSeenDay = DateTimeOffset.UtcNow,
                    },
                ],
            });
            return id;
        }).ToArray());
    }

    /// <summary>What opens an account to those who do not say who they are.</summary>
    public static byte[] AccessKey(Guid id) => id.ToByteArray();

    /// <summary>The header of an account's device.</summary>
    public static string Authorization(Guid id) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}.{Device.Primary}:{Password}"));
}
