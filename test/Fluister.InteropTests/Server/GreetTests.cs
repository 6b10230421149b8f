using System.Globalization;
using Fluister.InteropTests.Cli;
using Fluister.InteropTests.Libsignal;

namespace Fluister.InteropTests.Server;

/// <summary>The way to a first delivered message that docs/OPERATING.md tells.</summary>
public sealed class GreetTests(ServerProcess server) : IClassFixture<ServerProcess>
{
    [Fact]
    public void An_invite_leads_two_clients_to_a_delivered_message()
    {
        var greeted = Greet(Invite(2));
        Assert.True(greeted.Code == 0, greeted.Errors);
        Assert.Equal(
            ["Ada to Ben: “Are you there?”", "Ben to Ada: “Here I am.”"],
            greeted.Output.TrimEnd().Split('\n').TakeLast(2).Select(line => line[9..]));
    }

    [Fact]
    public void What_is_wrong_is_said_in_a_sentence()
    {
        var invite = Invite(2);
        Refused("no link of an invite", "nothing");
        Refused("Does `fluister-server serve` run?", invite.Replace($":{server.Port}/", ":1/", StringComparison.Ordinal));
        Refused("localhost only", invite.Replace("//localhost", "//example.org", StringComparison.Ordinal));
        // The trust root is a key as well, but not the one that signs descriptors.
        var key = invite.Split("?key=")[1].Split('#')[0];
        var other = Convert.ToBase64String(server.TrustRoot).Replace('+', '-').Replace('/', '_').TrimEnd('=');
        Refused("not the one that made the invite", invite.Replace(key, other, StringComparison.Ordinal));
        Refused("went wrong", Invite(1));
    }

    private string Invite(int uses) =>
        ServerProcess.Run("invite", "create", "--data", server.Data, "--uses", uses.ToString(CultureInfo.InvariantCulture))
            .Replace(":8443/", $":{server.Port}/", StringComparison.Ordinal);

    private static void Refused(string sentence, string invite)
    {
        var refused = Greet(invite);
        Assert.Equal(1, refused.Code);
        Assert.Contains(sentence, Assert.Single(refused.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    private static Ending Greet(string invite) => FluisterProgram.Run("sh",
        ["-c", "printf %s \"$1\" | node \"$2\"", "sh", invite, Path.Combine(LibsignalClient.Folder, "greet.mjs")]);
}
