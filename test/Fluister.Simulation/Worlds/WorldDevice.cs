using Fluister.Server.Mailboxes;
using Fluister.Server.Requests;
using Fluister.Simulation.Histories;

namespace Fluister.Simulation.Worlds;

/// <summary>A device of a world: it does one thing after another, as its client would.</summary>
internal sealed partial class WorldDevice(World world, WorldAccount account, int id, int registration, Dice dice)
{
    private readonly Lock _lock = new();
    private Task _last = Task.CompletedTask;
    private DeviceConnection? _connection;
    private volatile bool _isGone;

    /// <summary>Its number.</summary>
    public int Id => id;

    /// <summary>The number that it drew.</summary>
    public int Registration => registration;

    /// <summary>Its account.</summary>
    public WorldAccount Account => account;

    /// <summary>By which the history knows it.</summary>
    public DeviceName Name { get; } = new(account.Server.Name, account.Name, id, registration);

    /// <summary>Whether it is connected, to a server that still is.</summary>
    public bool IsConnected => _connection is { IsOver: false };

    /// <summary>How many letters wait for it.</summary>
    public int Letters => account.Server.Life!.Home.Mailboxes.Read(new MailboxKey(account.Aci, id), 0).Count;

    /// <summary>Whether it has something to do still.</summary>
    public bool IsBusy
    {
        get
        {
            lock (_lock)
            {
                return !_last.IsCompleted;
            }
        }
    }

    /// <summary>Why it does nothing any more; none while it does.</summary>
    public Exception? Failure
    {
        get
        {
            lock (_lock)
            {
                return _last.Exception?.InnerException;
            }
        }
    }

    /// <summary>Lets it do something once it has done what it was told before.</summary>
    public void Enqueue(Func<Task> action)
    {
        lock (_lock)
        {
            _last = ThenAsync(_last, action);
        }
    }

    /// <summary>Connects to its server, if that runs; an earlier connection ends.</summary>
    /// <param name="takesAll">Whether it acknowledges all that comes; otherwise it fails to, now and then.</param>
    public void Connect(bool takesAll = false)
    {
        Disconnect();
        if (!_isGone && account.Server.Life is { IsOver: false } life && Caller(life) is not null)
        {
            _connection = new DeviceConnection(world, this, life, takesAll ? null : dice.Fork($"connection {dice.Next(int.MaxValue)}"));
            _connection.Begin();
        }
    }

    /// <summary>Goes without a farewell.</summary>
    public void Disconnect()
    {
        _connection?.End();
        _connection = null;
    }

    /// <summary>It is no longer the account's.</summary>
    public void Leave()
    {
        _isGone = true;
        Disconnect();
        world.History.Add(new Event.Left(Name));
    }

    // As its password would be checked.
    private Caller? Caller(ServerLife life) =>
        !_isGone && life.Home.Accounts.Find(account.Aci) is { } known
        && known.Find(id) is { } device && device.RegistrationId == registration
            ? new Caller(known, device)
            : null;

    private static async Task ThenAsync(Task before, Func<Task> action)
    {
#pragma warning disable VSTHRD003 // It was started here.
        await before.ConfigureAwait(false);
#pragma warning restore VSTHRD003
        await action().ConfigureAwait(false);
    }
}
