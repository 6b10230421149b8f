using Fluister.Cryptography;
using Fluister.Protocol.Usernames;
using Fluister.Server;
using Fluister.Server.Grpc;
using Fluister.Wire.Protos.Chat;
using Google.Protobuf;

namespace Fluister.ServerTests.Grpc;

/// <summary>Usernames and their links by gRPC.</summary>
public sealed class UsernameMethodTests : IAsyncLifetime
{
    private readonly TestServer _server = new();
    private readonly Username _name = Username.TryParse("somebody.42", out var name, out _) ? name : throw new InvalidOperationException();
    private GrpcClient _client = null!;
    private TestAccount _account = null!;
    private TestAccount _other = null!;

    private static ByteString Short { get; } = ByteString.CopyFrom(new byte[31]);

    private ByteString Hash => ByteString.CopyFrom(_name.Hash.Span);

    public async ValueTask InitializeAsync()
    {
        _client = new GrpcClient(await _server.ListenAsync());
        (_account, _other) = (await _server.AddAccountAsync(), await _server.AddAccountAsync());
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_username_is_reserved_confirmed_found_and_given_up()
    {
        Assert.NotNull((await ConfirmAsync(_account)).ReservationNotFound);
        Assert.Equal(Hash, (await ReserveAsync(_account)).UsernameHash);
        Assert.NotNull((await ReserveAsync(_other)).UsernameNotAvailable);
        Assert.NotNull((await ConfirmAsync(_other)).ReservationNotFound);
        Assert.NotNull((await FindAsync()).NotFound);
        var handle = (await ConfirmAsync(_account)).ConfirmedUsernameHash.UsernameLinkHandle;
        Assert.Equal(_account.Id.ToMessage(), (await FindAsync()).ServiceIdentifier);
        Assert.Equal(ByteString.CopyFrom(1, 2, 3), (await FindLinkAsync(handle)).UsernameCiphertext);

        var kept = await SetLinkAsync(_account, keep: true);
        Assert.Equal(handle, kept.UsernameLinkHandle);
        Assert.Equal(ByteString.CopyFrom(4), (await FindLinkAsync(handle)).UsernameCiphertext);
        var fresh = (await SetLinkAsync(_account, keep: false)).UsernameLinkHandle;
        Assert.NotNull((await FindLinkAsync(handle)).NotFound);
        await OkAsync("DeleteUsernameLink", new DeleteUsernameLinkRequest());
        Assert.NotNull((await FindLinkAsync(fresh)).NotFound);
        await OkAsync("DeleteUsernameHash", new DeleteUsernameHashRequest());
        Assert.NotNull((await FindAsync()).NotFound);
        Assert.NotNull((await SetLinkAsync(_account, keep: false)).NoUsernameSet);
    }

    [Fact]
    public async Task What_is_of_the_wrong_length_or_not_proven_is_an_invalid_argument()
    {
        await ReserveAsync(_account);
        var many = new ReserveUsernameHashRequest();
        many.UsernameHashes.Add(Enumerable.Repeat(Hash, ServerLimits.ProposedUsernames + 1));
        (string Method, IMessage Message, bool IsAnonymous)[] wrong =
        [
            ("Accounts/ReserveUsernameHash", many, false),
            ("Accounts/ReserveUsernameHash", new ReserveUsernameHashRequest { UsernameHashes = { Short } }, false),
            ("Accounts/ConfirmUsernameHash", Confirmation(proof: new byte[128]), false),
            ("Accounts/ConfirmUsernameHash", Confirmation(encrypted: []), false),
            ("Accounts/ConfirmUsernameHash", Confirmation(encrypted: new byte[ServerLimits.EncryptedUsername + 1]), false),
            ("Accounts/SetUsernameLink", new SetUsernameLinkRequest(), false),
            ("AccountsAnonymous/LookupUsernameHash", new LookupUsernameHashRequest { UsernameHash = Short }, true),
            ("AccountsAnonymous/LookupUsernameLink", new LookupUsernameLinkRequest { UsernameLinkHandle = ByteString.CopyFrom(1) }, true),
        ];
        foreach (var (method, message, isAnonymous) in wrong)
        {
            var reply = await CallAsync(method, message, isAnonymous ? null : _account);
            Assert.True(reply.Code == GrpcCode.InvalidArgument, $"{method} with {message}: {reply.Code}");
        }

        Assert.NotNull((await ConfirmAsync(_account)).ConfirmedUsernameHash);
    }

    private ConfirmUsernameHashRequest Confirmation(byte[]? proof = null, byte[]? encrypted = null) => new()
    {
        UsernameHash = Hash,
        ZkProof = ByteString.CopyFrom(proof ?? _name.Prove(RandomSource.System)),
        UsernameCiphertext = ByteString.CopyFrom(encrypted ?? [1, 2, 3]),
    };

    private async Task<ReserveUsernameHashResponse> ReserveAsync(TestAccount account) =>
        (await CallAsync("Accounts/ReserveUsernameHash", new ReserveUsernameHashRequest { UsernameHashes = { Hash } }, account))
            .Message<ReserveUsernameHashResponse>();

    private async Task<ConfirmUsernameHashResponse> ConfirmAsync(TestAccount account) =>
        (await CallAsync("Accounts/ConfirmUsernameHash", Confirmation(), account)).Message<ConfirmUsernameHashResponse>();

    private async Task<SetUsernameLinkResponse> SetLinkAsync(TestAccount account, bool keep) => (await CallAsync(
        "Accounts/SetUsernameLink",
        new SetUsernameLinkRequest { UsernameCiphertext = ByteString.CopyFrom(4), KeepLinkHandle = keep },
        account)).Message<SetUsernameLinkResponse>();

    private async Task<LookupUsernameHashResponse> FindAsync() =>
        (await CallAsync("AccountsAnonymous/LookupUsernameHash", new LookupUsernameHashRequest { UsernameHash = Hash }, null))
            .Message<LookupUsernameHashResponse>();

    private async Task<LookupUsernameLinkResponse> FindLinkAsync(ByteString handle) =>
        (await CallAsync("AccountsAnonymous/LookupUsernameLink", new LookupUsernameLinkRequest { UsernameLinkHandle = handle }, null))
            .Message<LookupUsernameLinkResponse>();

    private async Task OkAsync(string method, IMessage message) =>
        Assert.Equal(GrpcCode.Ok, (await CallAsync("Accounts/" + method, message, _account)).Code);

    private Task<GrpcReply> CallAsync(string method, IMessage message, TestAccount? account) =>
        _client.CallAsync("/org.signal.chat.account." + method, message, account?.Authorization());
}
