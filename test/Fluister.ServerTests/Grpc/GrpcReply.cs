using System.Buffers.Binary;
using Fluister.Server.Grpc;
using Google.Protobuf;

namespace Fluister.ServerTests.Grpc;

/// <summary>What a call was answered with: code, body, and what the trailers say besides.</summary>
internal sealed record GrpcReply(GrpcCode Code, byte[] Body, string? RetryAfter, string? Reason)
{
    /// <summary>The message, of a call that went well.</summary>
    public T Message<T>()
        where T : IMessage<T>, new()
    {
        Assert.Equal(GrpcCode.Ok, Code);
        Assert.Equal(0, Body[0]);
        Assert.Equal(Body.Length - 5, BinaryPrimitives.ReadInt32BigEndian(Body.AsSpan(1)));
        return new MessageParser<T>(() => new T()).ParseFrom(Body, 5, Body.Length - 5);
    }
}
