using Fluister.Server.Requests;
using Fluister.Wire.Protos.Chat;
using Google.Protobuf.Reflection;

namespace Fluister.ServerTests.Grpc;

/// <summary>What the contracts promise and what is served: nothing is left out by oversight.</summary>
public sealed class ContractTests
{
    [Fact]
    public async Task Every_method_of_the_contracts_is_served_and_no_other()
    {
        await using var server = new TestServer();
        var served = server.Home.Calls.Methods.Select(method => method.Path).ToHashSet();
        FileDescriptor[] contracts =
        [
            AccountReflection.Descriptor, AttachmentsReflection.Descriptor, CallingReflection.Descriptor, CallQualityReflection.Descriptor,
            ChallengeReflection.Descriptor, CredentialsReflection.Descriptor, DeviceReflection.Descriptor, KeysReflection.Descriptor,
            LoginPurchaseReflection.Descriptor, MessagesReflection.Descriptor, RemoteConfigurationReflection.Descriptor,
        ];
        var promised = contracts.SelectMany(contract => contract.Services).SelectMany(service => service.Methods)
            .Select(method => $"/{method.Service.FullName}/{method.Name}").ToHashSet();
        Assert.Equal(promised.Order(), served.Order());
    }

    [Fact]
    public async Task Anonymous_services_take_nobody_who_says_who_they_are_and_the_others_only_devices()
    {
        await using var server = new TestServer();
        Assert.All(server.Home.Calls.Methods, method =>
        {
            var isAnonymous = method.Path.Contains("Anonymous/", StringComparison.Ordinal)
                || method.Path.Contains(".LoginPurchase/", StringComparison.Ordinal)
                || method.Path.Contains(".CallQuality/", StringComparison.Ordinal);
            Assert.Contains(method.Access, isAnonymous ? [Access.Anonymous] : new[] { Access.Device, Access.PrimaryDevice });
        });
    }
}
