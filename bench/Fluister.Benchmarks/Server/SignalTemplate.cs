using System.Buffers.Binary;
using System.Text;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.SealedSender;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Benchmarks.Server;

/// <summary>A request that sends a message, made once; where its id, its time and the beginning of its content lie, so that the next one
/// differs in those alone.</summary>
internal sealed class SignalTemplate
{
    /// <summary>From here on all ids take the same number of bytes.</summary>
    public const ulong FirstId = 1UL << 28;

    private const string Time = "1700000000000";
    private const byte SentToMany = 0x23;
    private const int PointBytes = 32;

    // What is sent begins behind a marker.
    private SignalTemplate(SocketRequest request, ReadOnlySpan<byte> marker)
    {
        request.Verb = "PUT";
        request.Id = FirstId;
        Bytes = new SocketMessage { Type = SocketMessage.Types.Type.Request, Request = request }.ToByteArray();
        Span<byte> id = stackalloc byte[10];
        id[0] = SocketRequest.IdFieldNumber << 3;
        IdAt = Bytes.AsSpan().IndexOf(id[..(1 + ProtobufFields.Write(id[1..], FirstId))]) + 1;
        TimeAt = Bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Time));
        ContentAt = Bytes.AsSpan().IndexOf(marker) + marker.Length;
    }

    /// <summary>The request.</summary>
    public byte[] Bytes { get; }

    /// <summary>Where its id lies.</summary>
    public int IdAt { get; }

    /// <summary>Where the time of sending lies, 13 digits.</summary>
    public int TimeAt { get; }

    /// <summary>Where the payload begins.</summary>
    public int ContentAt { get; }

    /// <summary>The payload is text, in Base64; bytes otherwise.</summary>
    public bool IsText { get; private init; }

    /// <summary>Where the payload begins in what is delivered.</summary>
    public int DeliveredAt { get; private init; }

    /// <summary>A message to the only device of an account.</summary>
    public static SignalTemplate ToOne(Guid target, bool isSealed)
    {
        var content = new byte[Chat.PayloadBytes];
        Random.Shared.NextBytes(content);
        var json = $$"""
            {"messages":[{"type":{{(isSealed ? 6 : 1)}},"destinationDeviceId":1,
            """ + $$"""
            "destinationRegistrationId":{{BenchAccounts.RegistrationId}},"content":"{{Convert.ToBase64String(content)}}"}],
            """ + $$"""
            "online":false,"urgent":true,"timestamp":{{Time}}}
            """;
        var request = new SocketRequest { Path = $"/v1/messages/{target}", Body = ByteString.CopyFrom(Encoding.UTF8.GetBytes(json)) };
        if (isSealed)
        {
            request.Headers.Add($"unidentified-access-key: {Convert.ToBase64String(BenchAccounts.AccessKey(target))}");
        }

        request.Headers.Add("content-type: application/json");
        return new SignalTemplate(request, "\"content\":\""u8) { IsText = true };
    }

    /// <summary>A message to the only devices of many accounts.</summary>
    public static SignalTemplate ToMany(IReadOnlyList<Guid> targets)
    {
        // Its id, its device, the registration there, and key material that nobody will open.
        Span<byte> recipient = stackalloc byte[ServiceId.FixedWidthBytes + 3 + MultiRecipientMessage.KeyMaterialBytes];
        recipient.Clear();
        recipient[ServiceId.FixedWidthBytes] = 1;
        BinaryPrimitives.WriteUInt16BigEndian(recipient[(ServiceId.FixedWidthBytes + 1)..], BenchAccounts.RegistrationId);
        using var body = new MemoryStream();
        Span<byte> count = stackalloc byte[10];
        body.WriteByte(SentToMany);
        body.Write(count[..ProtobufFields.Write(count, (ulong)targets.Count)]);
        var key = new byte[16];
        var shared = new byte[PointBytes + Chat.PayloadBytes];
        Random.Shared.NextBytes(shared);
        foreach (var target in targets)
        {
            ServiceId.Aci(target).WriteFixedWidth(recipient[..ServiceId.FixedWidthBytes]);
            body.Write(recipient);
            var one = BenchAccounts.AccessKey(target);
            for (var i = 0; i < key.Length; i++)
            {
                key[i] ^= one[i];
            }
        }

        body.Write(shared);
        var request = new SocketRequest
        {
            Path = $"/v1/messages/multi_recipient?ts={Time}&online=false&urgent=true&story=false",
            Body = ByteString.CopyFrom(body.ToArray()),
        };
        request.Headers.Add($"unidentified-access-key: {Convert.ToBase64String(key)}");
        request.Headers.Add("content-type: application/vnd.signal-messenger.mrm");
        return new SignalTemplate(request, shared.AsSpan(0, PointBytes))
        {
            DeliveredAt = 1 + MultiRecipientMessage.KeyMaterialBytes + PointBytes,
        };
    }
}
