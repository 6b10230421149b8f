using Fluister.Server;
using Fluister.Server.Grpc;
using Fluister.Wire.Protos.Chat;

namespace Fluister.ServerTests.Grpc;

/// <summary>Forms for uploads, and how often accounts may be asked for.</summary>
public sealed class AttachmentMethodTests : IAsyncLifetime
{
    private readonly TestServer _server = new();
    private GrpcClient _client = null!;

    public async ValueTask InitializeAsync() => _client = new GrpcClient(await _server.ListenAsync());

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_form_is_given_for_what_is_not_empty_and_not_too_large()
    {
        var account = await _server.AddAccountAsync();
        Task<GrpcReply> AskAsync(ulong length) => _client.CallAsync(
            "/org.signal.chat.attachments.Attachments/GetUploadForm",
            new GetUploadFormRequest { UploadLength = length },
            account.Authorization());
        Assert.Equal((GrpcCode.InvalidArgument, "CONSTRAINT_VIOLATED"), ((await AskAsync(0)).Code, (await AskAsync(0)).Reason));
        foreach (var length in new ulong[] { 1, ServerLimits.Attachment })
        {
            var form = (await AskAsync(length)).Message<GetUploadFormResponse>().UploadForm;
            Assert.StartsWith(_server.Home.Url.ToString(), form.SignedUploadLocation, StringComparison.Ordinal);
            Assert.NotEmpty(form.Key);
            Assert.NotEmpty(form.Headers);
        }

        foreach (var length in new ulong[] { ServerLimits.Attachment + 1, ulong.MaxValue })
        {
            Assert.NotNull((await AskAsync(length)).Message<GetUploadFormResponse>().ExceedsMaxUploadLength);
        }
    }

    [Fact]
    public async Task Who_asks_for_accounts_too_often_is_told_when_to_go_on()
    {
        var request = new CheckAccountExistenceRequest { ServiceIdentifier = (await _server.AddAccountAsync()).Id.ToMessage() };
        Task<GrpcReply> AskAsync() => _client.CallAsync("/org.signal.chat.account.AccountsAnonymous/CheckAccountExistence", request);
        for (var i = 0; i < ServerLimits.AccountExistence.Burst; i++)
        {
            Assert.Equal(GrpcCode.Ok, (await AskAsync()).Code);
        }

        var refused = await AskAsync();
        Assert.Equal((GrpcCode.ResourceExhausted, "RESOURCE_EXHAUSTED", "4"), (refused.Code, refused.Reason, refused.RetryAfter));
        _server.Clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(GrpcCode.Ok, (await AskAsync()).Code);
    }
}
