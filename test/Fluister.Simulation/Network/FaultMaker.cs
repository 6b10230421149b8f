using System.Diagnostics;
using System.Globalization;

namespace Fluister.Simulation.Network;

/// <summary>Does to servers and people what was planned, and undoes it.</summary>
internal sealed class FaultMaker(IReadOnlyList<ServerNode> servers, IReadOnlyList<CrowdProcess> crowds, Stopwatch clock)
{
    private const int DirectionBit = 1;
    private const int BothBit = 2;
    private const int SilentBit = 4;
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PointPatience = TimeSpan.FromSeconds(5);

    /// <summary>Does one fault when its time has come; it is over when this returns.</summary>
    public async Task MakeAsync(Fault fault, CancellationToken stop)
    {
        if (fault.At - clock.Elapsed is { Ticks: > 0 } early)
        {
            await Task.Delay(early, stop).ConfigureAwait(false);
        }

        var turn = fault.Kind switch
        {
            >= FaultKind.PeopleKilled => crowds[fault.Target].Turn,
            FaultKind.ServersCut or FaultKind.ConnectionsBroken => null,
            _ => servers[fault.Target].Turn,
        };
        await (turn?.WaitAsync(stop) ?? Task.CompletedTask).ConfigureAwait(false);
        try
        {
            fault.Began = clock.Elapsed;
            await DoAsync(fault, stop).ConfigureAwait(false);
            fault.Ended = clock.Elapsed;
            await Task.Delay(Rest, stop).ConfigureAwait(false);
        }
        finally
        {
            turn?.Release();
        }
    }

    private Task DoAsync(Fault fault, CancellationToken stop) => fault.Kind switch
    {
        FaultKind.ServerKilled => KillAsync(servers[fault.Target], fault.Lasts),
        FaultKind.ServerPaused => PauseAsync(servers[fault.Target], fault.Lasts, stop),
        FaultKind.ServersCut => CutAsync(fault, stop),
        FaultKind.ConnectionsBroken => BreakAsync(servers[fault.Target], servers[fault.Other]),
        FaultKind.PeopleKilled => EndAsync(crowds[fault.Target], fault, null),
        FaultKind.PeopleEndedAtPoint =>
            EndAsync(crowds[fault.Target], fault, SuddenEnd.Points[fault.Manner % SuddenEnd.Points.Count]),
        _ => SendAwayAsync(crowds[fault.Target], fault, stop),
    };

    private static async Task KillAsync(ServerNode server, TimeSpan lasts)
    {
        server.Kill();
        await Task.Delay(lasts).ConfigureAwait(false);
        await server.StartAsync().ConfigureAwait(false);
    }

    private static async Task PauseAsync(ServerNode server, TimeSpan lasts, CancellationToken stop)
    {
        Signals.Pause(server.Process!);
        try
        {
            await Task.Delay(lasts, stop).ConfigureAwait(false);
        }
        finally
        {
            Signals.Resume(server.Process!);
        }
    }

    private async Task CutAsync(Fault fault, CancellationToken stop)
    {
        var (one, other) = (servers[fault.Target], servers[fault.Other]);
        var kind = (fault.Manner & SilentBit) != 0 ? CutKind.Silent : CutKind.Refused;
        var (isBoth, isThere) = ((fault.Manner & BothBit) != 0, (fault.Manner & DirectionBit) != 0);
        var (there, back) = (isBoth || isThere, isBoth || !isThere);
        if (there)
        {
            one.Proxy.Cut(other.Port, kind);
        }

        if (back)
        {
            other.Proxy.Cut(one.Port, kind);
        }

        try
        {
            await Task.Delay(fault.Lasts, stop).ConfigureAwait(false);
        }
        finally
        {
            one.Proxy.Mend(other.Port);
            other.Proxy.Mend(one.Port);
        }
    }

    private static Task BreakAsync(ServerNode one, ServerNode other)
    {
        one.Proxy.Break(other.Port);
        other.Proxy.Break(one.Port);
        return Task.CompletedTask;
    }

    private static async Task EndAsync(CrowdProcess crowd, Fault fault, string? point)
    {
        if (point is not null)
        {
            crowd.Order($"die {point}");
            await crowd.EndedAsync(PointPatience).ConfigureAwait(false);
        }

        crowd.Kill();
        await Task.Delay(fault.Lasts).ConfigureAwait(false);
        await crowd.StartAsync().ConfigureAwait(false);
        crowd.Order("write");
    }

    private static async Task SendAwayAsync(CrowdProcess crowd, Fault fault, CancellationToken stop)
    {
        var devices = crowd.Plan.People.SelectMany(
            person => Enumerable.Range(1, person.Devices).Select(device => new MemberName(person.Account, device))).ToList();
        var milliseconds = (int)fault.Lasts.TotalMilliseconds;
        crowd.Order(string.Create(CultureInfo.InvariantCulture, $"away {devices[fault.Manner % devices.Count]} {milliseconds}"));
        await Task.Delay(fault.Lasts, stop).ConfigureAwait(false);
    }
}
