using Fluister.Client;
using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Messages;
using Fluister.Protocol.Sessions;
using Fluister.Tests.Protocol;
using Fluister.Tests.Protocol.Sessions;

namespace Fluister.Tests.Client.Store;

public sealed class SessionTableTests : StoreFixture
{
    private const ServiceIdKind Aci = ServiceIdKind.Aci;
    private readonly Party _peer;
    private readonly Party _we;

    public SessionTableTests()
    {
        var random = new SeededRandom(3);
        (_we, _peer) = (new Party(random), new Party(random));
    }

    private ProtocolAddress Theirs => _peer.Local.Address;

    [Fact]
    public void A_session_goes_on_after_a_restart()
    {
        Begin();
        Assert.Equal("1", _peer.Receive(_we, Encrypt("1")));
        Reopen();
        Assert.Equal("2", _peer.Receive(_we, Encrypt("2")));
        Assert.False(Store.Sessions.Get(ServiceIdKind.Pni, Theirs).HasCurrent);
    }

    [Fact]
    public void What_a_failed_transaction_did_to_a_session_is_forgotten()
    {
        Begin();
        CiphertextMessage? lost = null;
        Assert.Throws<InvalidOperationException>(() => Store.Transact(() =>
        {
            lost = Encrypt("lost");
            throw new InvalidOperationException();
        }));

        // The same message key again: nobody has seen the first ciphertext.
        _peer.Receive(_we, Encrypt("1"));
        Assert.Equal(ProtocolError.Duplicate, Assert.Throws<ProtocolException>(() => _peer.Receive(_we, lost!)).Error);
    }

    [Fact]
    public void What_a_failed_attempt_did_to_a_session_is_forgotten_alone()
    {
        Begin();
        Store.Transact(() =>
        {
            _peer.Receive(_we, Encrypt("1"));
            Assert.Throws<InvalidOperationException>(() => Store.Attempt<int>(() =>
            {
                Encrypt("lost");
                throw new InvalidOperationException();
            }));
            Assert.Equal("2", _peer.Receive(_we, Encrypt("2")));
        });
        Reopen();
        Assert.Equal("3", _peer.Receive(_we, Encrypt("3")));
    }

    [Fact]
    public void Devices_are_those_that_can_be_sent_to()
    {
        Begin();
        Store.Sessions.Save(Aci, new ProtocolAddress(Theirs.Account, 5), new SessionRecord());
        Assert.Equal([Theirs.Device], Store.Sessions.Devices(Aci, Theirs.Account, Party.Now));
        Assert.Empty(Store.Sessions.Devices(ServiceIdKind.Pni, Theirs.Account, Party.Now));
        Assert.Equal([Theirs.Account], Store.Sessions.Accounts());
        Store.Sessions.ArchiveAll(Theirs.Account);
        Reopen();
        Assert.Empty(Store.Sessions.Devices(Aci, Theirs.Account, Party.Now));
        Store.Sessions.Remove(Aci, Theirs);
        Store.Sessions.Remove(Aci, new ProtocolAddress(Theirs.Account, 5));
        Assert.Empty(Store.Sessions.Accounts());
    }

    [Fact]
    public void More_than_stay_parsed_are_found_all_the_same()
    {
        Begin();
        Store.Transact(() =>
        {
            for (var i = 0; i < ClientLimits.ParsedSessions + 5; i++)
            {
                var account = ServiceId.Aci(new Guid(i + 1, 0, 0, new byte[8]));
                Store.Sessions.Save(Aci, new ProtocolAddress(account, 1), new SessionRecord());
            }
        });
        Assert.Equal("1", _peer.Receive(_we, Encrypt("1")));
        Assert.Equal("2", _peer.Receive(_we, Encrypt("2")));
    }

    private void Begin() => Store.Transact(() =>
    {
        var record = Store.Sessions.Get(Aci, Theirs);
        SessionCipher.Begin(record, _we.Local, _peer.Seen(), _peer.Publish(), Party.Now, _we.Random);
        Store.Sessions.Save(Aci, Theirs, record);
    });

    private CiphertextMessage Encrypt(string text) => Store.Transact(() =>
    {
        var record = Store.Sessions.Get(Aci, Theirs);
        var message = SessionCipher.Encrypt(
            record, _we.Local, _peer.Seen(), System.Text.Encoding.UTF8.GetBytes(text), Party.Now, _we.Random);
        Store.Sessions.Save(Aci, Theirs, record);
        return message;
    });
}
