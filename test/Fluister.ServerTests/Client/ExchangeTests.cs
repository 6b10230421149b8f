namespace Fluister.ServerTests.Client;

/// <summary>Two people write to each other through a real home server.</summary>
public sealed class ExchangeTests
{
    [Fact]
    public async Task Messages_go_both_ways_under_seal_and_after_a_restart()
    {
        await using var scene = await ClientScene.StartAsync();
        var (anna, bert) = (await scene.AddAsync(), await scene.AddAsync());
        await anna.ReadyAsync();
        await bert.ReadyAsync();
        anna.Meets(bert);
        bert.Meets(anna);

        Assert.True((await anna.SendAsync(bert.Id, "one")).IsSealed);
        var first = await bert.NextTextAsync("one");
        Assert.Equal((anna.Id, 1, true), (first.Sender, first.Device, first.IsSealed));
        Assert.True((await bert.SendAsync(anna.Id, "two")).IsSealed);
        await anna.NextTextAsync("two");

        await anna.CloseAsync();
        await bert.SendAsync(anna.Id, "three");
        anna.Open();
        await anna.NextTextAsync("three");
        await anna.SendAsync(bert.Id, "four");
        await bert.NextTextAsync("four");
    }
}
