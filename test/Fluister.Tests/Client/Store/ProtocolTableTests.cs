using Fluister.Client;
using Fluister.Client.Sending;
using Fluister.Client.Store;
using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Protocol.SealedSender;

namespace Fluister.Tests.Client.Store;

public sealed class ProtocolTableTests : StoreFixture
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000);

    [Fact]
    public void The_first_key_is_trusted_and_a_change_is_told()
    {
        var (first, second, third) = (NewKey(), NewKey(), NewKey());
        Assert.Null(Store.Identities.Find(Bert));
        Assert.False(Store.Identities.Take(Bert, first, s_now));
        Assert.Equal(new KnownIdentity(first, Verification.Default, true, true, s_now), Store.Identities.Find(Bert));
        Assert.False(Store.Identities.Take(Bert, first, s_now.AddDays(1)));
        Assert.True(Store.Identities.Take(Bert, second, s_now.AddDays(2)));
        Assert.Equal(new KnownIdentity(second, Verification.Default, false, true, s_now.AddDays(2)), Store.Identities.Find(Bert));
        Store.Identities.Save(Bert, Store.Identities.Find(Bert)! with { Verification = Verification.Verified });
        Reopen();
        Assert.True(Store.Identities.Take(Bert, third, s_now.AddDays(3)));
        Assert.Equal(new KnownIdentity(third, Verification.Unverified, false, false, s_now.AddDays(3)), Store.Identities.Find(Bert));
        Assert.Null(Store.Identities.Find(Anna));
    }

    [Fact]
    public void A_key_that_was_not_approved_does_not_become_so_by_changing_again()
    {
        Store.Identities.Save(Bert, new KnownIdentity(NewKey(), Verification.Verified, true, true, s_now));
        Store.Identities.Take(Bert, NewKey(), s_now);
        Store.Identities.Take(Bert, NewKey(), s_now);
        Assert.False(Store.Identities.Find(Bert)!.IsAccepted);
        Assert.Equal(Verification.Unverified, Store.Identities.Find(Bert)!.Verification);
    }

    [Fact]
    public void An_envelope_is_taken_once_among_the_last()
    {
        var guids = Enumerable.Range(0, ClientLimits.InboxMarks + 1).Select(_ => Guid.NewGuid()).ToArray();
        Store.Transact(() => Assert.All(guids[..^1], guid => Assert.True(Store.Inbox.Take(guid))));
        Reopen();
        Assert.False(Store.Inbox.Take(guids[0]));
        Assert.True(Store.Inbox.Take(guids[^1]));
        Assert.False(Store.Inbox.Take(guids[1]));
        Assert.True(Store.Inbox.Take(guids[0]));
    }

    [Fact]
    public void What_waits_comes_in_its_order_with_all_its_fields()
    {
        var first = Outgoing(1) with { MessageId = "m", Hint = ContentHint.Resendable, IsUrgent = false, Transcript = new byte[] { 9 } };
        var a = Store.Outbox.Add(first);
        var b = Store.Outbox.Add(Outgoing(2));
        Reopen();
        var waiting = Store.Outbox.Waiting(0, 10);
        Assert.Equal([a, b], waiting.Select(one => one.Number));
        var read = waiting[0].Outgoing;
        Assert.Equal(first with { Content = read.Content, Transcript = read.Transcript }, read);
        Assert.Equal(first.Content.ToArray(), read.Content.ToArray());
        Assert.Equal([9], read.Transcript.ToArray());
        Assert.Equal([b], Store.Outbox.Waiting(a, 10).Select(one => one.Number));
        Assert.Equal([a], Store.Outbox.Waiting(0, 1).Select(one => one.Number));
        Store.Outbox.Remove(b);
        Assert.True(Store.Outbox.Add(Outgoing(3)) > b);
    }

    [Fact]
    public void Ciphertexts_stay_until_they_are_replaced_or_their_content_goes()
    {
        var number = Store.Outbox.Add(Outgoing(1));
        Assert.Empty(Store.Outbox.Copies(number));
        Store.Outbox.SaveCopies(number, [new SealedCopy(2, 77, 6, [1, 2]), new SealedCopy(1, 78, 1, [])]);
        Reopen();
        Assert.Equal([(2, 77, 6, "0102"), (1, 78, 1, "")], Store.Outbox.Copies(number)
            .Select(copy => (copy.Device, copy.RegistrationId, copy.Type, Convert.ToHexString(copy.Bytes))));
        Store.Outbox.SaveCopies(number, [new SealedCopy(1, 1, 1, [3])]);
        Assert.Equal(3, Assert.Single(Store.Outbox.Copies(number)).Bytes[0]);
        Store.Outbox.Remove(number);
        Assert.Empty(Store.Outbox.Copies(number));
    }

    [Fact]
    public void What_was_sent_is_found_until_it_was_delivered_or_is_old()
    {
        var (phone, tablet) = (new ProtocolAddress(Bert, 1), new ProtocolAddress(Bert, 2));
        Store.SendLog.Add(phone, 1000, [1], ContentHint.Resendable);
        Store.SendLog.Add(tablet, 1000, [1], ContentHint.Default);
        Store.SendLog.Add(phone, 2000, [2], ContentHint.Default);
        Reopen();
        Assert.Equal(ContentHint.Resendable, Store.SendLog.Find(phone, 1000)!.Value.Hint);
        Assert.Equal([1], Store.SendLog.Find(phone, 1000)!.Value.Content);
        Store.SendLog.Delivered(phone, 1000);
        Assert.Null(Store.SendLog.Find(phone, 1000));
        Assert.NotNull(Store.SendLog.Find(tablet, 1000));
        Store.SendLog.Prune(DateTimeOffset.FromUnixTimeMilliseconds(2000));
        Assert.Null(Store.SendLog.Find(tablet, 1000));
        Assert.NotNull(Store.SendLog.Find(phone, 2000));
        Assert.Null(Store.SendLog.Find(new ProtocolAddress(Anna, 1), 2000));
    }

    private static IdentityKey NewKey() => IdentityKeyPair.Generate(RandomSource.System).Public;

    private static OutgoingContent Outgoing(long timestamp) =>
        new() { Recipient = Bert, Timestamp = timestamp, Content = new byte[] { (byte)timestamp, 0, 255 } };
}
