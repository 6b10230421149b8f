using System.Text.Json;
using Fluister.InteropTests.Libsignal;

namespace Fluister.InteropTests.Client;

/// <summary>Content that reached a client of official packages, as those decoded it.</summary>
internal sealed record Heard(JsonElement Event)
{
    /// <summary>Who sent it.</summary>
    public string Sender => Event.Text("sender");

    /// <summary>With which device.</summary>
    public int Device => (int)Event.Number("device");

    /// <summary>The sender's time.</summary>
    public long Timestamp => Event.Number("timestamp");

    /// <summary>Came under a seal.</summary>
    public bool IsSealed => Event.GetProperty("sealed").GetBoolean();

    /// <summary>0 default, 1 resendable, 2 implicit; 0 without a seal.</summary>
    public int Hint => (int)Event.Number("hint");

    /// <summary>2 in a session, 3 with a pre-key, 8 as plain text.</summary>
    public int Type => (int)Event.Number("type");

    /// <summary>The id that it was sent to.</summary>
    public string Destination => Event.Text("destination");

    /// <summary>What it says; members that were not set are not there.</summary>
    public JsonElement Content => Event.GetProperty("content");

    /// <summary>The bytes of what it says.</summary>
    public byte[] Raw => Event.Bytes("raw");

    /// <summary>The message.</summary>
    public JsonElement Message => Content.GetProperty("dataMessage");

    /// <summary>Whether it has a member, such as dataMessage.</summary>
    public bool Has(string member) => Content.TryGetProperty(member, out _);

    /// <summary>Worth waking a device for.</summary>
    public bool IsUrgent => Event.GetProperty("urgent").GetBoolean();
}
