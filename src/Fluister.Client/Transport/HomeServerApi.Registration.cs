using System.Text;
using System.Text.Json.Serialization.Metadata;
using Fluister.Cryptography;
using Fluister.Wire.Json;

namespace Fluister.Client.Transport;

internal sealed partial class HomeServerApi
{
    /// <summary>Stands where a number would, for accounts without one.</summary>
    public const string NoNumber = "__no_number__";

    /// <summary>POST /v1/login-purchase/receipt_credentials: a receipt for an invite, 409 bytes.</summary>
    /// <returns>The receipt; none for what is no invite (404), and none with <c>IsUsedUp</c> for one that has no use left (409).</returns>
    public async Task<(byte[]? Receipt, bool IsUsedUp)> BuyReceiptAsync(string purchase, byte[] request, CancellationToken cancel)
    {
        var body = new CreateLoginReceiptJson(purchase, request, "GOOGLE_PLAY_BILLING");
        var answer = await AskAsync(
            Anonymous("POST", "/v1/login-purchase/receipt_credentials", body, WireJson.Default.CreateLoginReceiptJson),
            cancel, 200, 404, 409).ConfigureAwait(false);
        return answer.Status == 200
            ? (Read(answer, WireJson.Default.LoginReceiptJson).ReceiptCredentialResponse, false)
            : (null, answer.Status == 409);
    }

    /// <summary>POST /v1/verification/session.</summary>
    /// <returns>None for what is no number (422).</returns>
    public async Task<VerificationSessionJson?> BeginVerificationAsync(string number, CancellationToken cancel)
    {
        var answer = await AskAsync(
            Anonymous("POST", "/v1/verification/session", new CreateSessionJson(number), WireJson.Default.CreateSessionJson),
            cancel, 200, 422).ConfigureAwait(false);
        return answer.Status == 200 ? Read(answer, WireJson.Default.VerificationSessionJson) : null;
    }

    /// <summary>PATCH /v1/verification/session/{id}: the invite stands where a captcha's answer would.</summary>
    /// <returns>False for what is no invite (403).</returns>
    public async Task<bool> GiveInviteAsync(string session, string token, CancellationToken cancel)
    {
        var body = new UpdateSessionJson($"signal-hcaptcha.fluister.registration.{token}");
        var answer = await AskAsync(
            Anonymous("PATCH", $"/v1/verification/session/{Escape(session)}", body, WireJson.Default.UpdateSessionJson),
            cancel, 200, 403).ConfigureAwait(false);
        return answer.Status == 200;
    }

    /// <summary>POST /v1/verification/session/{id}/code.</summary>
    public Task RequestCodeAsync(string session, CancellationToken cancel) => AskAsync(
        Anonymous(
            "POST", $"/v1/verification/session/{Escape(session)}/code", new RequestCodeJson("sms", "fluister"),
            WireJson.Default.RequestCodeJson),
        cancel, 200);

    /// <summary>PUT /v1/verification/session/{id}/code.</summary>
    /// <returns>Whether it was the code.</returns>
    public async Task<bool> SubmitCodeAsync(string session, string code, CancellationToken cancel)
    {
        var answer = await AskAsync(
            Anonymous(
                "PUT", $"/v1/verification/session/{Escape(session)}/code", new SubmitCodeJson(code), WireJson.Default.SubmitCodeJson),
            cancel, 200, 403).ConfigureAwait(false);
        return answer.Status == 200 && Read(answer, WireJson.Default.VerificationSessionJson).Verified;
    }

    /// <summary>POST /v1/registration.</summary>
    /// <param name="name">The number, the account's id, or <see cref="NoNumber"/>.</param>
    /// <param name="password">The device's password from now on.</param>
    /// <param name="registration">What is registered.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The account, or the status of a refusal: 400 the receipt, 401 the session, 403 the recovery password or the number,
    /// 409 another device could be moved, 423 a registration lock, 499 the client is too old.</returns>
    public async Task<(AccountIdentityJson? Account, int Status)> RegisterAsync(
        string name, Secret password, RegistrationJson registration, CancellationToken cancel)
    {
        var request = Anonymous("POST", "/v1/registration", registration, WireJson.Default.RegistrationJson);
        var answer = await AskAsync(WithBasic(request, name, password), cancel, 200, 400, 401, 403, 409, 422, 423, 499)
            .ConfigureAwait(false);
        return answer.Status == 200 ? (Read(answer, WireJson.Default.AccountIdentityJson), 200) : (null, answer.Status);
    }

    private static ServiceRequest Anonymous<T>(string verb, string path, T body, JsonTypeInfo<T> type) =>
        Json(verb, path, body, type) with { IsAnonymous = true };

    private static ServiceRequest WithBasic(ServiceRequest request, string name, Secret password) => request with
    {
        Headers = new Dictionary<string, string>(request.Headers)
        {
            ["Authorization"] = LinkIdentity.Basic(name, Encoding.UTF8.GetString(password.Reveal())),
        },
    };

    private static string Escape(string part) => Uri.EscapeDataString(part);
}
