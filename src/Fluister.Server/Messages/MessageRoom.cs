using System.Globalization;
using Fluister.Protocol.Addresses;
using Fluister.Server.Challenges;
using Fluister.Server.Federation;
using Fluister.Server.Requests;
using Fluister.Wire.Json;
using Fluister.Wire.Protos;

namespace Fluister.Server.Messages;

/// <summary>Takes messages for devices, from devices that say who they are and from senders who hold an access key; what they are told is
/// what Signal's service tells.</summary>
/// <remarks>What becomes of a message is decided in <see cref="Dispatch"/>, which other ways of bringing one share.</remarks>
internal sealed class MessageRoom(Dispatch dispatch, SpamReports reports, Relay relay)
{
    /// <summary>What can be asked.</summary>
    public IEnumerable<Route> Routes =>
    [
        new("PUT", "/v1/messages/{id}", Access.DeviceOrAccessKey, SendAsync),
        new("PUT", "/v1/messages/multi_recipient", Access.DeviceOrAccessKey, SendToManyAsync),
        new("POST", "/v1/messages/report/{source}/{guid}", Access.Device, ReportAsync),
    ];

    private static bool IsAsked(Request request, string parameter, bool otherwise = false) =>
        request.Query.TryGetValue(parameter, out var given) ? given.Equals("true", StringComparison.OrdinalIgnoreCase) : otherwise;

    private static Envelope.Types.Type Type(int type) => (Envelope.Types.Type)type switch
    {
        Envelope.Types.Type.Signal or Envelope.Types.Type.PreKey or Envelope.Types.Type.Sealed or Envelope.Types.Type.Plaintext =>
            (Envelope.Types.Type)type,
        _ => throw new RefusedException(400),
    };

    // A token of a group speaks for one who says neither who they are nor gives a key; its check comes with groups.
    private static void CheckToken(Request request, bool isStory)
    {
        if (request.Header("Group-Send-Token") is not null)
        {
            var isAlone = request.Caller is null && request.Header("Unidentified-Access-Key") is null && !isStory;
            throw new RefusedException(isAlone ? 401 : 400);
        }
    }

    private async ValueTask<Response> SendAsync(Request request, CancellationToken cancellation)
    {
        if (!ServiceId.TryParse(request.Values["id"], out var target))
        {
            throw new RefusedException(400);
        }

        var isStory = IsAsked(request, "story");
        CheckToken(request, isStory);
        var body = request.Json(WireJson.Default.SendJson);
        if (body.Messages.Count == 0 || body.Messages.Contains(null!) || body.Timestamp is < 0 or > ServerLimits.LatestTimestamp
            || (body.Messages.Count > 1
                && body.Messages.DistinctBy(message => message.DestinationDeviceId).Count() != body.Messages.Count))
        {
            throw new RefusedException(422);
        }

        return Answer(await dispatch.SendAsync(new OutgoingMessage
        {
            Sender = isStory ? null : request.Caller,
            Origin = request.Origin,
            AccessKey = UnidentifiedAccess.Read(request.Header("Unidentified-Access-Key")),
            Target = target,
            Parts = [.. body.Messages.Select(part =>
                new DevicePart(part.DestinationDeviceId, part.DestinationRegistrationId, Type(part.Type), part.Content))],
            Timestamp = (ulong)body.Timestamp,
            IsEphemeral = body.Online,
            IsUrgent = body.Urgent,
            IsStory = isStory,
        }).ConfigureAwait(false));
    }

    private async ValueTask<Response> SendToManyAsync(Request request, CancellationToken cancellation)
    {
        var isStory = IsAsked(request, "story");
        CheckToken(request, isStory);
        if (!long.TryParse(request.Query.GetValueOrDefault("ts") ?? "0", NumberStyles.None, CultureInfo.InvariantCulture, out var timestamp)
            || timestamp > ServerLimits.LatestTimestamp)
        {
            throw new RefusedException(400);
        }

        return Answer(await dispatch.SendToManyAsync(new MessageForMany
        {
            Body = request.Body,
            Origin = request.Origin,
            AccessKey = UnidentifiedAccess.Read(request.Header("Unidentified-Access-Key")),
            Timestamp = (ulong)timestamp,
            IsEphemeral = IsAsked(request, "online"),
            IsUrgent = IsAsked(request, "urgent", otherwise: true),
            IsStory = isStory,
        }).ConfigureAwait(false));
    }

    private async ValueTask<Response> ReportAsync(Request request, CancellationToken cancellation)
    {
        if (!Guid.TryParseExact(request.Values["guid"], "D", out var guid))
        {
            throw new RefusedException(404);
        }

        // Whom it is about may be named by a number; one that nobody has is no reason to tell so.
        var token = request.Body.IsEmpty ? null : request.Json(WireJson.Default.SpamReportJson).Token;
        var (reporter, source) = (request.Device.Account.Aci, request.Values["source"]);
        if (Guid.TryParseExact(source, "D", out var about) && relay.PeerOf(about) is { } peer)
        {
            await relay.ReportAsync(reports, reporter, peer, about, guid, token).ConfigureAwait(false);
        }
        else
        {
            await reports.AddAsync(reporter, source, guid, token).ConfigureAwait(false);
        }

        return new Response(202);
    }

    // 410 goes before 409 for one account, and 409 before 410 for many, as the service has it.
    private static Response Answer(SendOutcome outcome) => outcome switch
    {
        SendOutcome.Sent sent => Response.Json(new SentJson(sent.NeedsSync), WireJson.Default.SentJson),
        SendOutcome.Mismatched { Devices.Stale: { Count: > 0 } stale } =>
            Response.Json(new StaleDevicesJson(stale), WireJson.Default.StaleDevicesJson, 410),
        SendOutcome.Mismatched { Devices: var devices } => Response.Json(
            new MismatchedDevicesJson(devices.Missing, devices.Extra), WireJson.Default.MismatchedDevicesJson, 409),
        SendOutcome.Challenged challenged => ChallengeRoom.Required(challenged.Challenge),
        SendOutcome.NoSuchAccount => new Response(404),
        _ => new Response(401),
    };

    private static Response Answer(ManyOutcome outcome)
    {
        switch (outcome)
        {
            case ManyOutcome.Sent sent:
                return Response.Json(new SentToManyJson([.. sent.Unresolved.Select(id => id.ToString())]), WireJson.Default.SentToManyJson);
            case ManyOutcome.Mismatched mismatched:
                List<AccountMismatchedDevicesJson> wrong = [.. mismatched.Accounts
                    .Where(account => account.Value.Missing.Count + account.Value.Extra.Count > 0)
                    .Select(account => new AccountMismatchedDevicesJson(
                        account.Key.ToString(), new MismatchedDevicesJson(account.Value.Missing, account.Value.Extra)))];
                return wrong.Count > 0
                    ? Response.Json(wrong, WireJson.Default.IReadOnlyListAccountMismatchedDevicesJson, 409)
                    : Response.Json(
                        [.. mismatched.Accounts.Select(account =>
                            new AccountStaleDevicesJson(account.Key.ToString(), new StaleDevicesJson(account.Value.Stale)))],
                        WireJson.Default.IReadOnlyListAccountStaleDevicesJson,
                        410);
            case ManyOutcome.NoSuchAccount:
                return new Response(404);
            default:
                return new Response(401);
        }
    }
}
