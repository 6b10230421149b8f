using Fluister.InteropTests.Server;

namespace Fluister.InteropTests.Client;

/// <summary>Anna, who has our client, and Bert, whose client is made of official packages, after they have said hello to each other: each
/// has a session and the other's profile key, and Anna has accepted Bert.</summary>
internal sealed record Acquaintance(OurPerson Anna, OfficialPerson Bert) : IAsyncDisposable
{
    /// <summary>Registers both and lets them say hello.</summary>
    public static async Task<Acquaintance> MakeAsync(ServerProcess server, OfficialPeople people, bool withNumber = false)
    {
        var anna = await OurPerson.RegisterAsync(server);
        var bert = people.Register(server, withNumber);
        await GreetAsync(anna, bert);
        return new Acquaintance(anna, bert);
    }

    /// <summary>Anna writes first, and Bert answers.</summary>
    public static async Task GreetAsync(OurPerson anna, OfficialPerson bert)
    {
        await anna.SayAsync(bert.Aci, "Hello.");
        bert.HearMessage(anna.Aci);
        bert.Write(anna.Aci, "Hello to you.");
        await anna.HearMessageAsync(bert.Aci);
    }

    /// <summary>Ends Anna's client, and Bert's connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await Anna.DisposeAsync();
        Bert.Disconnect();
    }
}
