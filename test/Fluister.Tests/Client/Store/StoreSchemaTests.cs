using Fluister.Client;
using Fluister.Client.Store;
using Fluister.SqlCipher;

namespace Fluister.Tests.Client.Store;

public sealed class StoreSchemaTests : StoreFixture
{
    [Fact]
    public void A_store_of_a_later_program_is_refused_and_left_as_it_is()
    {
        Store.Read(() => Execute($"UPDATE fluister SET version = {StoreSchema.Version + 1}"));
        var fault = Assert.Throws<ClientException>(Reopen);
        Assert.Equal(ClientError.Store, fault.Error);
        Assert.Contains("newer Fluister", fault.Message, StringComparison.Ordinal);
        using var database = CipherStore.Open(Path, Key);
        using var version = database.Prepare("SELECT version FROM fluister");
        Assert.True(version.Step());
        Assert.Equal(StoreSchema.Version + 1, version.Int64(0));
    }

    [Fact]
    public void A_store_of_Signal_Desktop_is_not_taken_for_an_accounts()
    {
        Store.Read(() => Execute("DROP TABLE fluister"));
        var fault = Assert.Throws<ClientException>(Reopen);
        Assert.Equal(ClientError.Store, fault.Error);
        Assert.Contains("not a Fluister account's", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Readers_see_Signal_Desktops_generation()
    {
        using var generation = Store.Database.Prepare("PRAGMA user_version");
        Assert.True(generation.Step());
        Assert.Equal(1830, generation.Int64(0));
    }

    private bool Execute(string sql)
    {
        Store.Database.Execute(sql);
        return true;
    }
}
