using System.Security.Cryptography;
using Fluister.InteropTests.Libsignal.Pairings;
using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Sessions;
using Fluister.Tests.Protocol.Fuzzing;

namespace Fluister.InteropTests.Libsignal;

/// <summary>Where exactly the limits of sessions lie, and what is done with old records: ours and the official package beside each
/// other.</summary>
public sealed class SessionEdgeTests(LibsignalClient official) : IClassFixture<LibsignalClient>
{
    // The receiver, which has the limits; the sender is ours, for speed.
    public static TheoryData<Pairing> Receivers => [Pairing.OursOurs, Pairing.OursOfficial];

    [Theory]
    [MemberData(nameof(Receivers))]
    public void A_chain_is_advanced_by_at_most_25000(Pairing pairing)
    {
        var (alice, bob) = Conversing(pairing);
        Skip(alice, bob, Limits.ForwardJumps - 1);
        var near = alice.Encrypt(bob.Address, "near"u8.ToArray());
        var far = alice.Encrypt(bob.Address, "far"u8.ToArray());
        Assert.Equal("Refused", Verdict.Of(() => bob.Decrypt(alice.Address, far)).Refusal);
        Assert.Equal("near"u8, bob.Decrypt(alice.Address, near));
        Assert.Equal("far"u8, bob.Decrypt(alice.Address, far));
    }

    [Theory]
    [MemberData(nameof(Receivers))]
    public void A_chain_with_oneself_is_advanced_further(Pairing pairing)
    {
        var alice = new OurParty(PairingParties.Alice);
        var address = new ProtocolAddress(PairingParties.Alice.Account, 2);
        IParty bob = pairing == Pairing.OursOurs ? new OurParty(address, alice.Identity)
            : new OfficialParty(official, address, alice.Identity);
        alice.Begin(bob.Address, bob.MakeBundle(oneTime: true));
        bob.Decrypt(alice.Address, alice.Encrypt(bob.Address, [1]));
        Skip(alice, bob, Limits.ForwardJumps + 10);
        Assert.Equal("far"u8, bob.Decrypt(alice.Address, alice.Encrypt(bob.Address, "far"u8.ToArray())));
    }

    [Theory]
    [MemberData(nameof(Receivers))]
    public void Two_thousand_skipped_keys_are_kept(Pairing pairing)
    {
        var (alice, bob) = Conversing(pairing);
        var (before, after) = (alice.Encrypt(bob.Address, "before"u8.ToArray()), alice.Encrypt(bob.Address, "after"u8.ToArray()));
        Skip(alice, bob, Limits.MessageKeys - 1);
        Assert.Equal("here"u8, bob.Decrypt(alice.Address, alice.Encrypt(bob.Address, "here"u8.ToArray())));
        Assert.Equal("Duplicate", Verdict.Of(() => bob.Decrypt(alice.Address, before)).Refusal);
        Assert.Equal("after"u8, bob.Decrypt(alice.Address, after));
    }

    [Theory]
    [MemberData(nameof(Receivers))]
    public void A_key_is_dropped_two_thousand_messages_back(Pairing pairing)
    {
        var (alice, bob) = Conversing(pairing);
        var (before, after) = (alice.Encrypt(bob.Address, "before"u8.ToArray()), alice.Encrypt(bob.Address, "after"u8.ToArray()));
        bob.Decrypt(alice.Address, alice.Encrypt(bob.Address, "here"u8.ToArray()));
        Skip(alice, bob, Limits.MessageKeys - 2);
        bob.Decrypt(alice.Address, alice.Encrypt(bob.Address, "here"u8.ToArray()));
        Assert.Equal("Refused", Verdict.Of(() => bob.Decrypt(alice.Address, before)).Refusal);
        Assert.Equal("after"u8, bob.Decrypt(alice.Address, after));
    }

    [Theory]
    [MemberData(nameof(Receivers))]
    public void Five_chains_are_kept(Pairing pairing)
    {
        foreach (var (newer, accepted) in new[] { (Limits.ReceiverChains - 1, true), (Limits.ReceiverChains, false) })
        {
            var (alice, bob) = Conversing(pairing);
            var late = alice.Encrypt(bob.Address, "late"u8.ToArray());
            bob.Decrypt(alice.Address, alice.Encrypt(bob.Address, [1]));
            for (var i = 0; i < newer; i++)
            {
                Turn(alice, bob);
            }

            Assert.Equal(accepted, Verdict.Of(() => bob.Decrypt(alice.Address, late)).IsAccepted);
        }
    }

    [Theory]
    [MemberData(nameof(Receivers))]
    public void Forty_older_sessions_are_kept(Pairing pairing)
    {
        foreach (var (newer, accepted) in new[] { (Limits.ArchivedStates, true), (Limits.ArchivedStates + 1, false) })
        {
            var (alice, bob) = Conversing(pairing);
            var late = alice.Encrypt(bob.Address, "late"u8.ToArray());
            var bundle = alice.MakeBundle(oneTime: false);
            for (var i = 0; i < newer; i++)
            {
                bob.Begin(alice.Address, bundle);
            }

            Assert.Equal(accepted, Verdict.Of(() => bob.Decrypt(alice.Address, late)).IsAccepted);
        }
    }

    [Fact]
    public void A_session_without_an_answer_goes_stale_at_the_same_moment()
    {
        var (alice, bob) = (new OurParty(PairingParties.Alice), new OurParty(PairingParties.Bob));
        alice.Begin(bob.Address, bob.MakeBundle(oneTime: true));
        var record = alice.ExportSession(bob.Address)!;
        using var ours = SessionRecord.Read(record);
        var last = DateTimeOffset.FromUnixTimeSeconds((long)ours.Current!.Pending!.Seconds) + Limits.UnacknowledgedSession;
        foreach (var (now, usable) in new[] { (last, true), (last.AddMilliseconds(1), false) })
        {
            var state = official.Call("session.state", new { record, now = now.ToUnixTimeMilliseconds() });
            Assert.Equal(usable, state.GetProperty("current").GetBoolean());
            Assert.Equal(usable, ours.HasUsableSenderChain(now));
        }
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public void A_session_of_before_the_post_quantum_ratchet_goes_on_alike(int version, bool pending)
    {
        // Nothing is random in such a session's messages, so that both must make the same bytes.
        var (ours, theirs) = (new OurParty(PairingParties.Alice), new OfficialParty(official, PairingParties.Bob));
        var alice = new OfficialParty(official, ours.Address, ours.Identity, ours.RegistrationId);
        ours.Begin(theirs.Address, theirs.MakeBundle(oneTime: true));
        if (!pending)
        {
            theirs.Decrypt(ours.Address, ours.Encrypt(theirs.Address, [1]));
            ours.Decrypt(theirs.Address, theirs.Encrypt(ours.Address, [1]));
            Turn(ours, theirs);
        }

        var record = Edit(ours.ExportSession(theirs.Address)!, version);
        ours.ImportSession(theirs.Address, record);
        alice.ImportSession(theirs.Address, record);
        for (var i = 0; i < 3; i++)
        {
            var (byOurs, byOfficial) = (ours.Encrypt(theirs.Address, [2]), alice.Encrypt(theirs.Address, [2]));
            Assert.Equal(byOfficial.Type, byOurs.Type);
            Assert.Equal(Convert.ToHexString(byOfficial.Bytes), Convert.ToHexString(byOurs.Bytes));
            Assert.Equal(alice.ExportSession(theirs.Address), ours.ExportSession(theirs.Address));
        }

        if (!pending)
        {
            theirs.ImportSession(ours.Address, Edit(theirs.ExportSession(ours.Address)!, version));
            var message = theirs.Encrypt(ours.Address, "old"u8.ToArray());
            Assert.Equal("old"u8, ours.Decrypt(theirs.Address, message));
            Assert.Equal("old"u8, alice.Decrypt(theirs.Address, message));
            Assert.Equal("back"u8, theirs.Decrypt(ours.Address, ours.Encrypt(theirs.Address, "back"u8.ToArray())));
        }
    }

    [Fact]
    public void Skipped_keys_of_old_records_are_used_alike()
    {
        // As records had them before the post-quantum ratchet: cipher key, MAC key and vector in place of the seed.
        var (alice, bob) = (new OurParty(PairingParties.Alice), new OurParty(PairingParties.Bob));
        var officialBob = new OfficialParty(official, bob.Address, bob.Identity, bob.RegistrationId);
        alice.Begin(bob.Address, bob.MakeBundle(oneTime: true));
        bob.Decrypt(alice.Address, alice.Encrypt(bob.Address, [1]));
        alice.Decrypt(bob.Address, bob.Encrypt(alice.Address, [1]));
        alice.ImportSession(bob.Address, Edit(alice.ExportSession(bob.Address)!, 3));
        bob.ImportSession(alice.Address, Edit(bob.ExportSession(alice.Address)!, 3));
        var late = new[] { alice.Encrypt(bob.Address, "0"u8.ToArray()), alice.Encrypt(bob.Address, "1"u8.ToArray()) };
        bob.Decrypt(alice.Address, alice.Encrypt(bob.Address, [1]));
        var record = OldKeys(bob.ExportSession(alice.Address)!);
        bob.ImportSession(alice.Address, record);
        officialBob.ImportSession(alice.Address, record);
        Assert.Equal(record, bob.ExportSession(alice.Address));
        foreach (var message in late)
        {
            Assert.Equal(officialBob.Decrypt(alice.Address, message), bob.Decrypt(alice.Address, message));
            Assert.Equal("Duplicate", Verdict.Of(() => bob.Decrypt(alice.Address, message)).Refusal);
            Assert.Equal(officialBob.ExportSession(alice.Address), bob.ExportSession(alice.Address));
        }
    }

    private (IParty Alice, IParty Bob) Conversing(Pairing pairing)
    {
        var (alice, bob) = pairing.MakeWithSession(official);
        bob.Decrypt(alice.Address, alice.Encrypt(bob.Address, [1]));
        alice.Decrypt(bob.Address, bob.Encrypt(alice.Address, [1]));
        bob.Decrypt(alice.Address, alice.Encrypt(bob.Address, [1]));
        return (alice, bob);
    }

    private static void Turn(IParty alice, IParty bob)
    {
        alice.Decrypt(bob.Address, bob.Encrypt(alice.Address, [1]));
        bob.Decrypt(alice.Address, alice.Encrypt(bob.Address, [1]));
    }

    private static void Skip(IParty from, IParty to, int messages)
    {
        for (var i = 0; i < messages; i++)
        {
            from.Encrypt(to.Address, [1]);
        }
    }

    // The current session in another version, without a post-quantum ratchet, and before version 4 without a KEM's ciphertext.
    private static byte[] Edit(byte[] record, int version) => OfCurrent(record, fields => fields
        .Where(field => field.Number != 15 && (field.Number != 14 || version > 3))
        .Select(field => field.Number == 1 ? field with { Value = (ulong)version } : field));

    private static byte[] OldKeys(byte[] record) => OfCurrent(record, fields => fields
        .Select(field => field.Number == 7 ? field with { Content = Inside(field.Content, chain => chain.Select(OldKey)) } : field));

    private static ProtoField OldKey(ProtoField field)
    {
        if (field.Number != 4)
        {
            return field;
        }

        return field with
        {
            Content = Inside(field.Content, key => key.SelectMany(part => part.Number == 5 ? Expand(part) : [part])),
        };
    }

    private static ProtoField[] Expand(ProtoField seed)
    {
        var keys = HKDF.DeriveKey(HashAlgorithmName.SHA256, seed.Content, 80, null, "WhisperMessageKeys"u8.ToArray());
        return [seed with { Number = 2, Content = keys[..32] }, seed with { Number = 3, Content = keys[32..64] },
            seed with { Number = 4, Content = keys[64..] }];
    }

    private static byte[] OfCurrent(byte[] record, Func<IEnumerable<ProtoField>, IEnumerable<ProtoField>> edit) =>
        Inside(record, fields => fields.Select(field => field.Number == 1 ? field with { Content = Inside(field.Content, edit) } : field));

    private static byte[] Inside(byte[] message, Func<IEnumerable<ProtoField>, IEnumerable<ProtoField>> edit) =>
        ProtoField.Write(edit(ProtoField.Parse(message)!));
}
