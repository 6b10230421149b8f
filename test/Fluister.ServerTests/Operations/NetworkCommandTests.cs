using Fluister.Protocol.Keys;
using Fluister.Server.Identity;
using Fluister.Server.Operations;
using Fluister.Wire.Descriptors;

namespace Fluister.ServerTests.Operations;

/// <summary>A network's root and its members, as operators make them.</summary>
public sealed class NetworkCommandTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private string Root => _temporary["network.root"];

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task From_a_root_in_a_file_to_a_member_whose_descriptor_names_it_and_whose_next_signer_it_signs()
    {
        Assert.Contains("Network root  ", await DoneAsync("network", "create", Root));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Root));
        var root = NetworkRoot.Read(await File.ReadAllBytesAsync(Root, TestContext.Current.CancellationToken));
        var (code, _, errors) = await ServerProgram.RunAsync("network", "create", Root);
        Assert.Equal(ExitCode.Denied, code);
        Assert.Contains("is there already", errors);
        Assert.Equal(root.Public, NetworkRoot.Read(await File.ReadAllBytesAsync(Root, TestContext.Current.CancellationToken)).Public);

        var (data, before) = await SetUpAsync("a.example");
        Assert.Contains("none: a network of one server", await DoneAsync("network", "show", "--data", data));
        var member = await AdmitAsync("network", "request", "--data", data);
        Assert.Contains($"a.example (tag {before.Tag}) is in the network of", await DoneAsync("network", "join", member, "--data", data));
        var joined = new DataFolder(data).ReadIdentity();
        Assert.Equal([root.Public, before.Root.Public], joined.TrustRoots);
        Assert.Null(joined.SealedFrom);
        var said = await DoneAsync("descriptor", "--data", data);
        var roots = SignedDescriptor.Read(System.Text.Encoding.UTF8.GetBytes(said), before.Genesis.Public)!.TrustRoots;
        Assert.Equal(root.Public, PublicKey.Read(roots[0]));

        var next = await AdmitAsync("keys", "rotate", "--data", data);
        Assert.Equal(joined.Certificate.Id, new DataFolder(data).ReadIdentity().Certificate.Id);
        Assert.Contains("Next signer", await DoneAsync("network", "show", "--data", data));
        await DoneAsync("network", "join", next, "--data", data);
        Assert.Equal(joined.Certificate.Id + 1, new DataFolder(data).ReadIdentity().Certificate.Id);
        Assert.DoesNotContain("Next signer", await DoneAsync("network", "show", "--data", data));

        var (other, _) = await SetUpAsync("b.example");
        await RefusedAsync(ExitCode.Denied, "for another server", "network", "join", member, "--data", other);
        await RefusedAsync(ExitCode.Damaged, "no server's request", "network", "sign", "--root", Root, member);
        await RefusedAsync(ExitCode.Damaged, "no certificate", "network", "join", Root, "--data", other);
        await RefusedAsync(ExitCode.NotFound, "There is no file", "network", "join", _temporary["none"], "--data", other);
    }

    [Fact]
    public async Task An_identity_key_is_handed_on_while_the_server_is_stopped_and_the_fingerprint_stays()
    {
        var (data, before) = await SetUpAsync("localhost");
        var first = await DoneAsync("descriptor", "--data", data);
        using (new DataFolder(data).Occupy())
        {
            await RefusedAsync(ExitCode.Denied, "stop that one first", "keys", "rotate-identity", "--data", data);
            Assert.Null(new DataFolder(data).ReadIdentity().Keys);
        }

        await DoneAsync("keys", "rotate-identity", "--data", data);
        Assert.Contains(Fingerprint.Of(before.Genesis.Public), await DoneAsync("keys", "show", "--data", data));
        var second = await DoneAsync("descriptor", "--data", data);
        var (known, later) = (Read(first), Read(second));
        Assert.NotEqual(before.Genesis.Public, SignedDescriptor.CurrentKey(later));
        Assert.InRange(later.Sequence, known.Sequence + 1, long.MaxValue);

        DescriptorJson Read(string signed) => SignedDescriptor.Read(System.Text.Encoding.UTF8.GetBytes(signed), before.Genesis.Public)!;
    }

    [Fact]
    public async Task With_accounts_sealed_messages_wait_for_the_certificates_that_are_about()
    {
        await DoneAsync("network", "create", Root);
        var (data, _) = await SetUpAsync("a.example");
        await using (var server = new TestServer(database: new DataFolder(data).Database))
        {
            await server.AddAccountAsync();
        }

        var member = await AdmitAsync("network", "request", "--data", data);
        Assert.Contains("Sealed messages go to other members from", await DoneAsync("network", "join", member, "--data", data));
        Assert.NotNull(new DataFolder(data).ReadIdentity().SealedFrom);
    }

    private static async Task<string> DoneAsync(params string[] arguments)
    {
        var (code, output, errors) = await ServerProgram.RunAsync(arguments);
        Assert.True(code == 0, errors);
        return output;
    }

    private static async Task RefusedAsync(int expected, string because, params string[] arguments)
    {
        var (code, _, errors) = await ServerProgram.RunAsync(arguments);
        Assert.Equal(expected, code);
        Assert.Contains(because, errors);
    }

    private async Task<(string Data, ServerIdentity Identity)> SetUpAsync(string domain)
    {
        var data = _temporary[domain];
        await DoneAsync("quickstart", domain, "--data", data);
        return (data, new DataFolder(data).ReadIdentity());
    }

    // The root's answer to a request that a command prints, in a file.
    private async Task<string> AdmitAsync(params string[] request)
    {
        var (asked, member) = (_temporary[$"{Guid.NewGuid()}.request"], _temporary[$"{Guid.NewGuid()}.member"]);
        await File.WriteAllTextAsync(asked, await DoneAsync(request), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            member, await DoneAsync("network", "sign", "--root", Root, asked), TestContext.Current.CancellationToken);
        return member;
    }
}
