using Fluister.Server.Requests;

namespace Fluister.Server.Grpc;

/// <summary>A call of a method: all but its message.</summary>
internal sealed record GrpcCall
{
    /// <summary>The service and the method: "/package.Service/Method".</summary>
    public required string Path { get; init; }

    /// <summary>Who calls; none for callers who do not say, or whose credentials do not fit.</summary>
    public Caller? Caller { get; init; }

    /// <summary>Whether credentials were given at all.</summary>
    public bool HasCredentials { get; init; }

    /// <summary>Stands for the network address in limits.</summary>
    public ulong Origin { get; init; }

    /// <summary>Takes what is to be done when the answer is on its way; none where nothing can wait.</summary>
    public Action<Func<Task>>? Afterwards { get; init; }

    /// <summary>The device that calls, of methods that only devices may call.</summary>
    public Caller Device => Caller ?? throw new InvalidOperationException("The method may be called without a device.");
}
