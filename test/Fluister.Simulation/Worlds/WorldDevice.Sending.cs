using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Fluister.Server.Requests;
using Fluister.Simulation.Histories;
using Fluister.Wire.Json;
using Fluister.Wire.Protos;

namespace Fluister.Simulation.Worlds;

// Sends as clients do: with the devices that it knows, and again where its server knows better.
internal sealed partial class WorldDevice
{
    private const int Tries = 6;

    private readonly Dictionary<WorldAccount, Dictionary<int, int>> _known = [];
    private long _sent;

    /// <summary>Sends a message, in its turn.</summary>
    /// <param name="to">To whom.</param>
    /// <param name="isSealed">Without saying who sends it, where the server lets it.</param>
    public void Send(WorldAccount to, bool isSealed) => Enqueue(() => SendAsync(to, isSealed));

    private async Task SendAsync(WorldAccount to, bool isSealed)
    {
        if (_isGone || account.Server.Life is not { IsOver: false } life)
        {
            return;
        }

        if (!_known.TryGetValue(to, out var devices))
        {
            if (await ClaimAsync(life, to, null).ConfigureAwait(false) is not { Count: > 0 } claimed)
            {
                return;
            }

            _known[to] = devices = claimed;
        }

        var (message, nonce) = ($"{Name}#{++_sent}", dice.Next(int.MaxValue).ToString("x8", CultureInfo.InvariantCulture));
        world.NoteSender(message, Name);
        world.History.Add(new Event.Sent(message, Name, to.Name, _sent, Payload.HashOf(message, nonce), Names(to, devices)));
        var outcome = await TryAsync(life, to, devices, message, nonce, isSealed).ConfigureAwait(false);

        // Somebody whose connection ends first never hears of it.
        outcome = life.IsOver || dice.Chance(world.Options.Unheard) ? Outcome.Unknown : outcome;
        world.History.Add(new Event.Answered(message, outcome, Names(to, devices)));
        world.Note($"{message} to {to.Name}: {outcome}");
    }

    private async Task<Outcome> TryAsync(
        ServerLife life, WorldAccount to, Dictionary<int, int> devices, string message, string nonce, bool isSealed)
    {
        for (var i = 0; i < Tries; i++)
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(
                new SendJson
                {
                    Timestamp = account.Server.Time.GetUtcNow().ToUnixTimeMilliseconds(),
                    Messages = [.. devices.Select(device => new DeviceMessageJson(
                        (int)(isSealed ? Envelope.Types.Type.Sealed : Envelope.Types.Type.Signal),
                        device.Key,
                        device.Value,
                        new Payload(message, nonce, NameOf(to, device)).Write()))],
                },
                WireJson.Default.SendJson);
            var answer = await AskAsync(life, "PUT", $"/v1/messages/{to.Aci}", isSealed ? to.AccessKey : null, body).ConfigureAwait(false);
            switch (answer?.Status)
            {
                case null:
                    return Outcome.Unknown;
                case 200:
                    return Outcome.Accepted;
                case 401 when isSealed:
                    isSealed = false;
                    break;
                case 409:
                    var wrong = Read(answer, WireJson.Default.MismatchedDevicesJson);
                    if (!await LearnAsync(life, to, devices, wrong.ExtraDevices, wrong.MissingDevices).ConfigureAwait(false))
                    {
                        return Outcome.Refused;
                    }

                    break;
                case 410:
                    var stale = Read(answer, WireJson.Default.StaleDevicesJson).StaleDevices;
                    if (!await LearnAsync(life, to, devices, stale, stale).ConfigureAwait(false))
                    {
                        return Outcome.Refused;
                    }

                    break;
                case 404:
                    _known.Remove(to);
                    return Outcome.Refused;
                default:
                    return Outcome.Refused;
            }
        }

        return Outcome.Refused;
    }

    private async Task<bool> LearnAsync(
        ServerLife life, WorldAccount to, Dictionary<int, int> devices, IReadOnlyList<int> gone, IReadOnlyList<int> asked)
    {
        foreach (var device in gone)
        {
            devices.Remove(device);
        }

        foreach (var device in asked)
        {
            if (await ClaimAsync(life, to, device).ConfigureAwait(false) is { } found)
            {
                foreach (var (number, drawn) in found)
                {
                    devices[number] = drawn;
                }
            }
        }

        // Otherwise it begins anew the next time.
        if (devices.Count == 0)
        {
            _known.Remove(to);
        }

        return devices.Count > 0;
    }

    // First contact, or a device that was not known.
    private async Task<Dictionary<int, int>?> ClaimAsync(ServerLife life, WorldAccount to, int? device)
    {
        var which = device?.ToString(CultureInfo.InvariantCulture) ?? "*";
        var answer = await AskAsync(life, "GET", $"/v2/keys/{to.Aci}/{which}", null, default).ConfigureAwait(false);
        return answer?.Status == 200
            ? Read(answer, WireJson.Default.BundlesJson).Devices.ToDictionary(found => found.DeviceId, found => found.RegistrationId)
            : null;
    }

    // No answer where the server ended meanwhile. Where it says that it failed, the world has failed.
    private async Task<Response?> AskAsync(ServerLife life, string verb, string path, byte[]? accessKey, ReadOnlyMemory<byte> body)
    {
        var caller = accessKey is null ? Caller(life) : null;
        if (caller is null && accessKey is null)
        {
            return life.IsOver ? null : new Response(401);
        }

        var answer = await life.Home.Router.AnswerAsync(
            new Request
            {
                Verb = verb,
                Path = path,
                Caller = caller,
                Body = body,
                Origin = (ulong)registration,
                Headers = accessKey is null
                    ? Request.None
                    : new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
                    {
                        ["Unidentified-Access-Key"] = Convert.ToBase64String(accessKey),
                    },
            },
            CancellationToken.None).ConfigureAwait(false);
        if (life.IsOver)
        {
            return null;
        }

        if (answer.Status == 500)
        {
            world.Fail($"{life.Server.Name} answers {verb} {path} with 500");
        }

        return answer;
    }

    private static T Read<T>(Response answer, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(answer.Body.Span, type)!;

    private static List<DeviceName> Names(WorldAccount to, Dictionary<int, int> devices) =>
        [.. devices.Select(device => NameOf(to, device))];

    private static DeviceName NameOf(WorldAccount to, KeyValuePair<int, int> device) =>
        new(to.Server.Name, to.Name, device.Key, device.Value);
}
