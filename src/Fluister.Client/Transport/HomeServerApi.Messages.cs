using System.Text.Json;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Profiles;
using Fluister.Wire.Json;

namespace Fluister.Client.Transport;

/// <content>Messages.</content>
internal sealed partial class HomeServerApi
{
    private const int MostDevices = 127;

    /// <summary>PUT /v1/messages/{to}. With an access key it does not say who we are.</summary>
    public async Task<SendAnswer> SendAsync(ServiceId to, SendJson message, AccessKey? key, CancellationToken cancel)
    {
        var request = Sealed(Json("PUT", $"/v1/messages/{to}", message, WireJson.Default.SendJson), key);
        int[] allowed = key is null ? [404, 409, 410] : [401, 404, 409, 410];
        var response = await AskAsync(request, cancel, allowed).ConfigureAwait(false);
        switch (response.Status)
        {
            case 401:
                return new SendAnswer.AccessDenied();
            case 404:
                return new SendAnswer.Unregistered();
            case 409:
                var mismatched = Read(response, WireJson.Default.MismatchedDevicesJson);
                return new SendAnswer.Mismatched(Checked(mismatched.MissingDevices), Checked(mismatched.ExtraDevices));
            case 410:
                return new SendAnswer.Stale(Checked(Read(response, WireJson.Default.StaleDevicesJson).StaleDevices));
            default:
                return new SendAnswer.Taken(Read(response, WireJson.Default.SentJson).NeedsSync);
        }
    }

    /// <summary>POST /v1/messages/report/{sender}/{guid}.</summary>
    public Task ReportSpamAsync(ServiceId sender, Guid envelope, ReadOnlyMemory<byte> token, CancellationToken cancel) => SendAsync(
        "POST",
        $"/v1/messages/report/{sender}/{envelope}",
        new SpamReportJson(token.IsEmpty ? null : token.ToArray()),
        WireJson.Default.SpamReportJson,
        cancel);

    /// <summary>PUT /v1/challenge: answers a challenge with an invite's token.</summary>
    /// <returns>False where it was not the right one.</returns>
    public async Task<bool> AnswerChallengeAsync(string challenge, string invite, CancellationToken cancel)
    {
        var body = new AnswerChallengeJson("captcha", Token: challenge, Captcha: invite);
        var request = Json("PUT", "/v1/challenge", body, WireJson.Default.AnswerChallengeJson);
        return (await AskAsync(request, cancel, 428).ConfigureAwait(false)).Status != 428;
    }

    // A server can name any numbers; devices are 1 to 127, each once.
    private static IReadOnlyList<int> Checked(IReadOnlyList<int> devices) =>
        devices.Count <= MostDevices && devices.All(device => device is >= 1 and <= MostDevices)
            && devices.Distinct().Count() == devices.Count
            ? devices
            : throw Malformed(new JsonException("Devices that cannot be."));
}
