using System.Text.Json;
using Fluister.InteropTests.Libsignal;

namespace Fluister.InteropTests.Client;

/// <summary>A person with one device whose client is made of official packages alone.</summary>
internal sealed class OfficialPerson(OfficialPeople people, string name)
{
    private readonly List<JsonElement> _waiting = [];

    /// <summary>Its name in the child process.</summary>
    public string Name => name;

    /// <summary>The account's id.</summary>
    public string Aci { get; private set; } = "";

    /// <summary>The number's id with its prefix; null for an account without a number.</summary>
    public string? Pni { get; private set; }

    /// <summary>The number; null where there is none.</summary>
    public string? Number { get; private set; }

    /// <summary>1 for the primary.</summary>
    public int Device { get; private set; }

    /// <summary>The key of its profile.</summary>
    public byte[] ProfileKey { get; private set; } = [];

    /// <summary>Lets others send without saying who they are.</summary>
    public byte[] AccessKey { get; private set; } = [];

    /// <summary>The public identity key.</summary>
    public byte[] IdentityKey { get; private set; } = [];

    /// <summary>What the account's keys come from.</summary>
    public string EntropyPool { get; private set; } = "";

    /// <summary>Takes what the process said of itself.</summary>
    internal void Take(JsonElement shown)
    {
        (Aci, Pni, Number) = (shown.Text("aci"), shown.TextOrNull("pni"), shown.TextOrNull("number"));
        (Device, EntropyPool) = ((int)shown.Number("device"), shown.Text("entropyPool"));
        (ProfileKey, AccessKey, IdentityKey) = (shown.Bytes("profileKey"), shown.Bytes("accessKey"), shown.Bytes("identityKey"));
    }

    /// <summary>Waits until a primary has read the code, is linked, and gives what the primary said (ProvisionMessage).</summary>
    public JsonElement Linked(string deviceName = "Counterpart")
    {
        var linked = Call("person.linked", new { deviceName });
        Take(linked);

        // Ids as text (8 and 10), which Signal's own no longer write, and older devices read.
        Assert.DoesNotContain(
            linked.GetProperty("unknown").EnumerateArray().Select(field => field.GetString()!),
            field => !field.StartsWith("ProvisionMessage: 4224", StringComparison.Ordinal)
                && !field.StartsWith("ProvisionMessage: 5224", StringComparison.Ordinal));
        return linked.GetProperty("message");
    }

    /// <summary>Any of the operations of client.mjs for this person.</summary>
    public JsonElement Call(string operation, object? fields = null) => people.Package.Call(operation, With(fields));

    /// <summary>The same without waiting.</summary>
    public Task<JsonElement> Send(string operation, object? fields = null) => people.Package.Send(operation, With(fields));

    /// <summary>Says something to all devices of a person, and gives its timestamp and whether it went under a seal.</summary>
    public (long Timestamp, bool IsSealed) Say(string to, object content, long? timestamp = null, bool? @sealed = null)
    {
        var said = Call("person.say", new { to, content, timestamp, @sealed });
        return (said.Number("timestamp"), said.GetProperty("sealed").GetBoolean());
    }

    /// <summary>The same for a DataMessage, whose timestamp and profile key are set.</summary>
    public long Write(string to, Dictionary<string, object?> message, bool? @sealed = null)
    {
        var timestamp = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        message.TryAdd("timestamp", timestamp);
        message.TryAdd("profileKey", ProfileKey);
        return Say(to, new { dataMessage = message }, (long)message["timestamp"]!, @sealed).Timestamp;
    }

    /// <summary>The same for a text.</summary>
    public long Write(string to, string text, bool? @sealed = null) =>
        Write(to, new Dictionary<string, object?> { ["body"] = text }, @sealed);

    /// <summary>Tells the account's other devices.</summary>
    public long Sync(object sync) => Call("person.sync", new { sync }).Number("timestamp");

    /// <summary>Waits for content of which something holds; what else comes is kept for later.</summary>
    public Heard Hear(Func<Heard, bool>? fits = null)
    {
        var heard = new Heard(Expect(e => e.Text("event") == "content" && (fits is null || fits(new Heard(e)))));
        Assert.Empty(heard.Event.GetProperty("unknown").EnumerateArray().Select(field => field.GetString()));
        return heard;
    }

    /// <summary>Waits for a message (DataMessage) of somebody.</summary>
    public Heard HearMessage(string sender) => Hear(heard => heard.Sender == sender && heard.Has("dataMessage"));

    /// <summary>Waits for an event: content, delivered, refused, identity, empty, interrupted.</summary>
    public JsonElement Expect(string kind) => Expect(e => e.Text("event") == kind);

    /// <summary>Waits for an event of which something holds; what else comes is kept for later.</summary>
    public JsonElement Expect(Func<JsonElement, bool> fits)
    {
        var at = _waiting.FindIndex(e => fits(e));
        if (at >= 0)
        {
            var found = _waiting[at];
            _waiting.RemoveAt(at);
            return found;
        }

        while (true)
        {
            var next = Call("person.next");
            Assert.True(next.Text("event") != "failed", next.ToString());
            if (fits(next))
            {
                return next;
            }

            _waiting.Add(next);
        }
    }

    /// <summary>What has come and nobody asked for yet.</summary>
    public IReadOnlyList<JsonElement> Waiting => _waiting;

    /// <summary>Draws another profile key, which nobody is told of yet.</summary>
    public void ChangeProfileKey() => Take(Call("person.newProfileKey"));

    /// <summary>Connects again.</summary>
    public void Connect() => Call("person.connect");

    /// <summary>Ends its connections.</summary>
    public void Disconnect() => Call("person.disconnect");

    /// <summary>Says what another's profile key is, as if that one had sent it.</summary>
    public void Know(string to, byte[] profileKey) => Call("person.know", new { to, profileKey });

    private Dictionary<string, object?> With(object? fields)
    {
        var all = new Dictionary<string, object?> { ["person"] = name };
        foreach (var property in fields?.GetType().GetProperties() ?? [])
        {
            all[property.Name] = property.GetValue(fields);
        }

        return all;
    }
}
