using System.Buffers;
using Fluister.Server.Operations;
using Fluister.Server.Requests;
using Fluister.Server.Stores;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fluister.Server.Grpc;

/// <summary>All methods, and how a call finds its own. It knows no network.</summary>
internal sealed class GrpcRouter
{
    private readonly Dictionary<string, GrpcMethod> _methods;
    private readonly ILogger _log;

    /// <summary>Takes the methods; two with one path are a mistake.</summary>
    public GrpcRouter(IEnumerable<GrpcMethod> methods, ILogger? log = null)
    {
        _methods = methods.ToDictionary(method => method.Path, StringComparer.Ordinal);
        _log = log ?? NullLogger.Instance;
    }

    /// <summary>Every method, for the table of who may what.</summary>
    public IEnumerable<GrpcMethod> Methods => _methods.Values;

    /// <summary>Why a call is refused before its message is read, or null where it is not.</summary>
    public GrpcAnswer? Refusal(GrpcCall call)
    {
        if (!_methods.TryGetValue(call.Path, out var method))
        {
            return GrpcAnswer.Unimplemented;
        }

        return method.Access switch
        {
            Access.Device => call.Caller is null ? GrpcAnswer.InvalidCredentials : null,
            Access.PrimaryDevice when call.Caller is null => GrpcAnswer.InvalidCredentials,
            Access.PrimaryDevice => call.Caller.Device.IsPrimary ? null : GrpcAnswer.BadAuthentication,
            Access.Anonymous => call.HasCredentials ? GrpcAnswer.BadAuthentication : null,
            _ => GrpcAnswer.BadAuthentication, // No service of the contract takes both; so nothing here may.
        };
    }

    /// <summary>Answers a call, whose refusals it turns into answers.</summary>
    public ValueTask<GrpcAnswer> AnswerAsync(GrpcCall call, ReadOnlySequence<byte> message, CancellationToken cancellation) =>
        Telemetry.WatchesRequests && _methods.ContainsKey(call.Path)
            ? Telemetry.WatchAsync("gRPC", call.Path, () => TryAsync(call, message, cancellation), answer => (int)answer.Code)
            : TryAsync(call, message, cancellation);

    private async ValueTask<GrpcAnswer> TryAsync(GrpcCall call, ReadOnlySequence<byte> message, CancellationToken cancellation)
    {
        if (Refusal(call) is { } refusal)
        {
            return refusal;
        }

        try
        {
            var answer = await _methods[call.Path].Handle(call, message, cancellation).ConfigureAwait(false);
            return new GrpcAnswer(GrpcCode.Ok) { Message = answer };
        }
        catch (InvalidProtocolBufferException)
        {
            return GrpcAnswer.Unreadable;
        }
        catch (RefusedException refused)
        {
            return GrpcAnswer.Of(refused.Response);
        }
        catch (StoreFullException)
        {
            _log.DiskFails();
            return GrpcAnswer.Unavailable(ServerLimits.DiskRetry);
        }
        catch (StoreException)
        {
            return GrpcAnswer.Unavailable(ServerLimits.BusyRetry);
        }
#pragma warning disable CA1031 // Whatever it is, it belongs to this call; the server and its other calls go on.
        catch (Exception failed) when (failed is not OperationCanceledException)
#pragma warning restore CA1031
        {
            _log.Failed(failed, "gRPC", call.Path);
            return GrpcAnswer.Failed;
        }
    }
}
