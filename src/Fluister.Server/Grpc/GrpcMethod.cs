using System.Buffers;
using Fluister.Server.Requests;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Fluister.Server.Grpc;

/// <summary>One method that can be called: gRPC's counterpart of a <see cref="Route"/>.</summary>
/// <param name="Path">"/package.Service/Method".</param>
/// <param name="Access">Who may.</param>
/// <param name="Handle">Parses the message and answers it.</param>
internal sealed record GrpcMethod(
    string Path, Access Access, Func<GrpcCall, ReadOnlySequence<byte>, CancellationToken, ValueTask<IMessage>> Handle)
{
    /// <summary>A method of a contract, by its name there: "Service/Method".</summary>
    /// <exception cref="ArgumentException">The contract has no such method, or has it with other messages.</exception>
    public static GrpcMethod Of<TRequest, TResponse>(
        FileDescriptor contract, string name, Access access, Func<GrpcCall, TRequest, ValueTask<TResponse>> handle)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var service = contract.Services.FirstOrDefault(candidate => candidate.Name == name[..slash]);
        var method = service?.FindMethodByName(name[(slash + 1)..]);
        if (method?.InputType.ClrType != typeof(TRequest) || method.OutputType.ClrType != typeof(TResponse))
        {
            throw new ArgumentException($"{contract.Name} has no {name} with these messages.", nameof(name));
        }

        var parser = new MessageParser<TRequest>(() => new TRequest()).WithDiscardUnknownFields(true);
        return new GrpcMethod(
            $"/{service!.FullName}/{method.Name}",
            access,
            async (call, message, _) => await handle(call, parser.ParseFrom(message)).ConfigureAwait(false));
    }

    /// <summary>A method that answers at once.</summary>
    public static GrpcMethod Of<TRequest, TResponse>(
        FileDescriptor contract, string name, Access access, Func<GrpcCall, TRequest, TResponse> handle)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse> =>
        Of<TRequest, TResponse>(contract, name, access, (call, request) => ValueTask.FromResult(handle(call, request)));
}
