namespace Fluister.InteropTests.Libsignal.Pairings;

/// <summary>Sessions between the two implementations, in every pairing.</summary>
public sealed class ConversationTests(LibsignalClient official) : IClassFixture<LibsignalClient>
{
    public static TheoryData<Pairing, bool> Setups
    {
        get
        {
            var setups = new TheoryData<Pairing, bool>();
            foreach (var pairing in Enum.GetValues<Pairing>())
            {
                setups.Add(pairing, true);
                setups.Add(pairing, false);
            }

            return setups;
        }
    }

    [Theory]
    [MemberData(nameof(Setups))]
    public void A_session_begins_with_and_without_a_one_time_key(Pairing pairing, bool oneTime)
    {
        var (alice, bob) = pairing.MakeWithSession(official, oneTime);
        var first = alice.Encrypt(bob.Address, "first"u8.ToArray());
        var second = alice.Encrypt(bob.Address, "second"u8.ToArray());
        Assert.Equal((3, 3), (first.Type, second.Type));
        Assert.Equal("second"u8, bob.Decrypt(alice.Address, second));
        Assert.Equal("first"u8, bob.Decrypt(alice.Address, first));
        var answer = bob.Encrypt(alice.Address, "answer"u8.ToArray());
        Assert.Equal(2, answer.Type);
        Assert.Equal("answer"u8, alice.Decrypt(bob.Address, answer));
        var third = alice.Encrypt(bob.Address, []);
        Assert.Equal(2, third.Type);
        Assert.Empty(bob.Decrypt(alice.Address, third));
        Assert.Equal("Duplicate", Verdict.Of(() => bob.Decrypt(alice.Address, first)).Refusal);
        Assert.Equal("Duplicate", Verdict.Of(() => bob.Decrypt(alice.Address, third)).Refusal);
    }

    [Theory]
    [InlineData(Pairing.OursOurs)]
    [InlineData(Pairing.OursOfficial)]
    [InlineData(Pairing.OfficialOurs)]
    [InlineData(Pairing.OfficialOfficial)]
    public void Ten_thousand_messages_cross_a_hundred_epochs_on_a_bad_network(Pairing pairing)
    {
        const int seed = 41;
        var (alice, bob) = pairing.MakeWithSession(official);
        var conversation = new Conversation(alice, bob, seed);
        conversation.Run(10_000);
        conversation.Finish();
        Assert.True(conversation.Epoch >= 100, $"Seed {seed}: only {conversation.Epoch} epochs.");
        Assert.InRange(conversation.Received, 9_000, conversation.Sent);
        Assert.InRange(conversation.Refused, 100, 1_000);
    }

    [Theory]
    [InlineData(Pairing.OursOurs)]
    [InlineData(Pairing.OursOfficial)]
    [InlineData(Pairing.OfficialOurs)]
    [InlineData(Pairing.OfficialOfficial)]
    public void With_heavy_losses_what_arrives_is_read(Pairing pairing)
    {
        var (alice, bob) = pairing.MakeWithSession(official, oneTime: false);
        var conversation = new Conversation(alice, bob, seed: 7) { LostPercent = 35, LatePercent = 50, DoubledPercent = 20 };
        conversation.Run(600);
        conversation.Finish();
        Assert.InRange(conversation.Received, 300, 450);
        Assert.InRange(conversation.Epoch, 3UL, 20UL);
    }

    [Theory]
    [InlineData(Pairing.OursOurs)]
    [InlineData(Pairing.OursOfficial)]
    [InlineData(Pairing.OfficialOurs)]
    [InlineData(Pairing.OfficialOfficial)]
    public void Two_that_begin_at_once_end_with_one_session(Pairing pairing)
    {
        var (alice, bob) = pairing.Make(official);
        alice.Begin(bob.Address, bob.MakeBundle(oneTime: true));
        bob.Begin(alice.Address, alice.MakeBundle(oneTime: true));
        WireMessage[] ofAlice = [.. "12"u8.ToArray().Select(text => alice.Encrypt(bob.Address, [text]))];
        WireMessage[] ofBob = [.. "34"u8.ToArray().Select(text => bob.Encrypt(alice.Address, [text]))];
        Assert.All(ofAlice.Concat(ofBob), message => Assert.Equal(3, message.Type));
        Assert.Equal("1"u8, bob.Decrypt(alice.Address, ofAlice[0]));
        Assert.Equal("4"u8, alice.Decrypt(bob.Address, ofBob[1]));
        Assert.Equal("3"u8, alice.Decrypt(bob.Address, ofBob[0]));
        Assert.Equal("2"u8, bob.Decrypt(alice.Address, ofAlice[1]));

        // Each now sends in the session that the other began; the first to be read decides.
        var conversation = new Conversation(alice, bob, seed: 3) { LatePercent = 0, LostPercent = 0 };
        conversation.Run(60);
        conversation.Finish();
        Assert.Equal(2, alice.Encrypt(bob.Address, "end"u8.ToArray()).Type);
        Assert.Equal(2, bob.Encrypt(alice.Address, "end"u8.ToArray()).Type);
    }

    [Theory]
    [InlineData(Pairing.OursOurs)]
    [InlineData(Pairing.OursOfficial)]
    [InlineData(Pairing.OfficialOurs)]
    [InlineData(Pairing.OfficialOfficial)]
    public void Archived_sessions_still_read_what_was_under_way(Pairing pairing)
    {
        var (alice, bob) = pairing.MakeWithSession(official);
        Assert.Equal("1"u8, bob.Decrypt(alice.Address, alice.Encrypt(bob.Address, "1"u8.ToArray())));
        Assert.Equal("2"u8, alice.Decrypt(bob.Address, bob.Encrypt(alice.Address, "2"u8.ToArray())));
        var late = alice.Encrypt(bob.Address, "late"u8.ToArray());
        for (var i = 0; i < 5; i++)
        {
            alice.Archive(bob.Address);
            Assert.False(Verdict.Of(() => alice.Encrypt(bob.Address, "no session"u8.ToArray()).Bytes).IsAccepted);
            alice.Begin(bob.Address, bob.MakeBundle(oneTime: true));
            Assert.Equal("new"u8, bob.Decrypt(alice.Address, alice.Encrypt(bob.Address, "new"u8.ToArray())));
        }

        Assert.Equal("late"u8, bob.Decrypt(alice.Address, late));
        Assert.Equal("back"u8, alice.Decrypt(bob.Address, bob.Encrypt(alice.Address, "back"u8.ToArray())));
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 11)]
    [InlineData(3, 43)]
    public void A_session_moves_between_the_implementations_at_any_moment(int seed, int every)
    {
        var (alice, bob) = (new TwinParty(official, PairingParties.Alice, true), new TwinParty(official, PairingParties.Bob, false));
        alice.Begin(bob.Address, bob.MakeBundle(oneTime: seed != 2));
        var random = new Random(seed);
        var changes = 0;
        var conversation = new Conversation(alice, bob, seed)
        {
            BeforeTurn = _ =>
            {
                if (random.Next(every) == 0)
                {
                    changes++;
                    var (moving, other) = random.Next(2) == 0 ? (alice, bob) : (bob, alice);
                    moving.Change(other.Address);
                }
            },
        };
        conversation.Run(800);
        conversation.Finish();
        Assert.InRange(changes, 10, 400);
        Assert.True(conversation.Epoch >= 7, $"Seed {seed}: only {conversation.Epoch} epochs.");
    }
}
