using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Messages;
using Fluister.Protocol.PreKeys;
using Fluister.Protocol.Sessions;

namespace Fluister.Tests.Protocol.Sessions;

/// <summary>One device in a test, with its pre-keys and its record for one peer.</summary>
internal sealed class Party
{
    public static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    private readonly Dictionary<uint, PreKey> _oneTime = [];
    private readonly Dictionary<uint, SignedPreKey> _signed = [];
    private readonly Dictionary<uint, KemPreKey> _kem = [];
    private uint _lastId;

    public Party(SeededRandom random, Party? sameAccount = null)
    {
        Random = random;
        var account = sameAccount?.Local.Address.Account ?? ServiceId.Aci(new Guid(random.Bytes(16)));
        var identity = sameAccount?.Local.Identity ?? IdentityKeyPair.Generate(random);
        var address = new ProtocolAddress(account, sameAccount is null ? 1 : 2);
        Local = new LocalDevice(address, identity, (uint)random.Next(16380) + 1);
    }

    /// <summary>The same device once more.</summary>
    public Party(SeededRandom random, LocalDevice local) => (Random, Local) = (random, local);

    public SeededRandom Random { get; }

    public LocalDevice Local { get; }

    public SessionRecord Record { get; private set; } = new();

    public DecryptedMessage? LastReceived { get; private set; }

    /// <summary>This device as a peer sees it: its identity pinned, or not yet.</summary>
    public RemoteDevice Seen(bool pinned = true) => new(Local.Address, pinned ? Local.Identity.Public : null);

    public PreKeyBundle Publish(bool oneTime = true)
    {
        var signed = SignedPreKey.Generate(++_lastId, Local.Identity, Now, Random);
        var kem = KemPreKey.Generate(++_lastId, Local.Identity, Now, Random);
        _signed[signed.Id] = signed;
        _kem[kem.Id] = kem;
        PublicPreKey? published = null;
        if (oneTime)
        {
            var key = PreKey.Generate(++_lastId, Random);
            _oneTime[key.Id] = key;
            published = key.Public;
        }

        return new PreKeyBundle(Local.Identity.Public, Local.Address.Device, Local.RegistrationId, signed.Public, kem.Public, published);
    }

    public void Begin(Party with, bool oneTime = true) =>
        SessionCipher.Begin(Record, Local, with.Seen(), with.Publish(oneTime), Now, Random);

    public CiphertextMessage Send(Party to, string text, DateTimeOffset? now = null) =>
        SessionCipher.Encrypt(Record, Local, to.Seen(), System.Text.Encoding.UTF8.GetBytes(text), now ?? Now, Random);

    public string Receive(Party from, CiphertextMessage message) => Receive(from.Seen(), message);

    public string Receive(RemoteDevice from, CiphertextMessage message)
    {
        // As from the wire.
        if (message is PreKeySignalMessage)
        {
            var parsed = PreKeySignalMessage.Parse(message.Serialized);
            LastReceived = SessionCipher.Decrypt(Record, Local, from, parsed, Held(parsed), Random);
            if (LastReceived.PreKeysUsed?.OneTimeId is { } used)
            {
                _oneTime.Remove(used);
            }
        }
        else
        {
            LastReceived = SessionCipher.Decrypt(Record, Local, from, SignalMessage.Parse(message.Serialized), Random);
        }

        return System.Text.Encoding.UTF8.GetString(LastReceived.Plaintext);
    }

    public HeldPreKeys Held(PreKeySignalMessage message) => new(
        _signed.GetValueOrDefault(message.SignedId),
        _kem.GetValueOrDefault(message.KemId.GetValueOrDefault()),
        _oneTime.GetValueOrDefault(message.OneTimeId.GetValueOrDefault()));

    /// <summary>Reads what was written of the record, as a client does that was started anew.</summary>
    public void Restart()
    {
        var written = Record.Write();
        Record.Dispose();
        Record = SessionRecord.Read(written);
        Assert.Equal(written, Record.Write());
    }

    /// <summary>Goes back to an earlier record, as a client does whose storage was restored.</summary>
    public void Restore(byte[] record) => Record = SessionRecord.Read(record);

    /// <summary>Expects that a message is refused and that nothing of the record changes.</summary>
    public void Refuses(ProtocolError error, Party from, CiphertextMessage message) => Refuses(error, from.Seen(), message);

    /// <summary>Expects that a message is refused and that nothing of the record changes.</summary>
    public void Refuses(ProtocolError error, RemoteDevice from, CiphertextMessage message)
    {
        var before = Record.Write();
        Refused.With(error, () => Receive(from, message));
        Assert.Equal(before, Record.Write());
    }

    /// <summary>Two devices in the middle of a session that both have.</summary>
    public static (Party Alice, Party Bob) Conversing(int seed = 1, bool oneself = false)
    {
        var random = new SeededRandom(seed);
        var alice = new Party(random);
        var bob = new Party(random, oneself ? alice : null);
        alice.Begin(bob);
        Assert.Equal("hello", bob.Receive(alice, alice.Send(bob, "hello")));
        Assert.Equal("welcome", alice.Receive(bob, bob.Send(alice, "welcome")));
        return (alice, bob);
    }
}
