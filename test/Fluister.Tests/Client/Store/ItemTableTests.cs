using Fluister.Client;

namespace Fluister.Tests.Client.Store;

public sealed class ItemTableTests : StoreFixture
{
    [Fact]
    public void Settings_are_what_was_set_after_a_restart()
    {
        Store.Items.SetText("a", "text \"with\" é");
        Store.Items.SetBytes("b", [0, 255, 7]);
        Store.Items.SetNumber("c", long.MaxValue);
        Store.Items.SetText("d", "gone");
        Store.Items.SetText("d", null);
        Store.Items.SetBytes("e", [1]);
        Store.Items.SetBytes("e", []);
        Reopen();
        Assert.Equal("text \"with\" é", Store.Items.Text("a"));
        Assert.Equal([0, 255, 7], Store.Items.Bytes("b"));
        Assert.Equal(long.MaxValue, Store.Items.Number("c"));
        Assert.Null(Store.Items.Text("d"));
        Assert.Null(Store.Items.Bytes("e"));
        Assert.Null(Store.Items.Number("a"));
        Assert.Null(Store.Items.Text("never set"));
    }

    [Fact]
    public void Self_keeps_every_field()
    {
        using var self = NewSelf();
        Assert.Null(Store.Items.Self());
        Store.Items.Save(self);
        Reopen();
        using var read = Store.Items.Self()!;
        Assert.Equal((self.Aci, self.Pni, self.Number, self.Device), (read.Aci, read.Pni, read.Number, read.Device));
        Assert.Equal((self.RegistrationId, self.PniRegistrationId), (read.RegistrationId, read.PniRegistrationId));
        Assert.Equal(self.Password.Reveal(), read.Password.Reveal());
        Assert.Equal(self.AciIdentity.Write(), read.AciIdentity.Write());
        Assert.Equal(self.PniIdentity!.Write(), read.PniIdentity!.Write());
        Assert.Equal(self.ProfileKey.Reveal(), read.ProfileKey.Reveal());
        Assert.Equal(self.EntropyPool.Reveal(), read.EntropyPool.Reveal());
        Assert.Equal(self.CredentialSalt, read.CredentialSalt);
    }

    [Fact]
    public void An_account_without_a_number_has_none_of_what_goes_with_it()
    {
        using var with = NewSelf();
        var self = with with { Pni = null, Number = null, PniIdentity = null, PniRegistrationId = 0, CredentialSalt = null };
        Store.Items.Save(with);
        Store.Items.Save(self);
        using var read = Store.Items.Self()!;
        Assert.Null(read.Pni);
        Assert.Null(read.Number);
        Assert.Null(read.PniIdentity);
        Assert.Null(read.CredentialSalt);
        Assert.Equal(0u, read.PniRegistrationId);
    }

    [Fact]
    public void A_store_that_lost_a_part_of_its_owner_says_which()
    {
        using var self = NewSelf();
        Store.Items.Save(self);
        Store.Items.SetBytes("profileKey", []);
        var error = Assert.Throws<ClientException>(() => Store.Items.Self());
        Assert.Equal(ClientError.Store, error.Error);
        Assert.Contains("profileKey", error.Message, StringComparison.Ordinal);
    }
}
