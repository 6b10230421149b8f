using System.Text.Json;

namespace Fluister.Cli.Rpc;

/// <summary>One request at work.</summary>
/// <param name="service">What is served.</param>
/// <param name="connection">Who asks.</param>
/// <param name="parameters">With what.</param>
/// <param name="account">For which account; null where the request names none and the connection has none of its own.</param>
/// <param name="goOn">Lets the connection's next request begin.</param>
internal sealed class RpcCall(RpcService service, RpcConnection connection, RpcParameters parameters, HeldAccount? account, Action goOn)
{
    /// <summary>What is served.</summary>
    public RpcService Service => service;

    /// <summary>Who asks.</summary>
    public RpcConnection Connection => connection;

    /// <summary>With what.</summary>
    public RpcParameters Parameters => parameters;

    /// <summary>The account.</summary>
    /// <exception cref="RpcException">None was named.</exception>
    public HeldAccount Account => account ?? throw RpcException.Parameters(
        "Several accounts are served here. Say which by the parameter account: its id, its number, or its name on this computer.");

    /// <summary>The account, where there is one.</summary>
    public HeldAccount? AccountIfAny => account;

    /// <summary>What was to be done in order is done, and what is left is to wait: the connection's next request may begin.</summary>
    public void GoOn() => goOn();
}

/// <summary>Does what a method does, and gives what writes its result.</summary>
internal delegate Task<Action<Utf8JsonWriter>> RpcMethod(RpcCall call, CancellationToken cancel);
