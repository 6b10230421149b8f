using Fluister.Server.Mailboxes;
using Fluister.Server.Requests;

namespace Fluister.Server.Sockets;

/// <summary>Which devices are connected. One socket of each is sent its messages, and the later one closes the earlier; a few more may be
/// there that want none.</summary>
internal sealed class ConnectedDevices
{
    private readonly Dictionary<MailboxKey, DeviceSocket> _receiving = [];
    private readonly Dictionary<MailboxKey, List<DeviceSocket>> _silent = [];
    private readonly Lock _lock = new();

    /// <summary>How many devices are connected.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _receiving.Count;
            }
        }
    }

    /// <summary>Puts a socket in the place of an earlier one of its device, which is closed and has stopped to deliver when this
    /// returns.</summary>
    /// <returns>False where the device has too many that want no messages.</returns>
    public async Task<bool> EnterAsync(MailboxKey device, DeviceSocket socket)
    {
        DeviceSocket? before;
        lock (_lock)
        {
            if (!socket.ReceivesMessages)
            {
                var others = _silent.TryGetValue(device, out var list) ? list : _silent[device] = [];
                if (others.Count >= ServerLimits.SilentSocketsOfDevice)
                {
                    return false;
                }

                others.Add(socket);
                return true;
            }

            before = _receiving.GetValueOrDefault(device);
            _receiving[device] = socket;
        }

        if (before is not null)
        {
            before.BeginClosing(SocketCodes.ConnectedElsewhere);
            await before.WaitForDeliveryAsync().ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Takes a socket away, unless another has its place.</summary>
    public void Leave(MailboxKey device, DeviceSocket socket)
    {
        lock (_lock)
        {
            if (_receiving.GetValueOrDefault(device) == socket)
            {
                _receiving.Remove(device);
            }
            else if (_silent.TryGetValue(device, out var others) && others.Remove(socket) && others.Count == 0)
            {
                _silent.Remove(device);
            }
        }
    }

    /// <summary>Closes the sockets of devices whose password no longer holds, and returns when they do not deliver any more; or leaves
    /// it to somebody who does so when the caller has its answer, since clients take what they wait for as lost with their
    /// socket.</summary>
    public Task DisconnectAsync(Guid aci, IEnumerable<int> devices, Action<Func<Task>>? afterwards)
    {
        if (afterwards is null)
        {
            return DisconnectAsync(aci, devices);
        }

        afterwards(() => DisconnectAsync(aci, devices));
        return Task.CompletedTask;
    }

    /// <summary>Closes the sockets of devices whose password no longer holds, and returns when they do not deliver any more.</summary>
    public async Task DisconnectAsync(Guid aci, IEnumerable<int> devices)
    {
        foreach (var device in devices)
        {
            foreach (var socket in Sockets(new MailboxKey(aci, device)))
            {
                socket.BeginClosing(SocketCodes.Reauthenticate);
                await socket.WaitForDeliveryAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Closes the sockets whose device may no longer connect: its account was disabled or deleted, or it has another password.
    /// Another process may have done that.</summary>
    /// <param name="refresh">The caller as it is now, or none.</param>
    public void CloseInvalid(Func<Caller, Caller?> refresh)
    {
        List<DeviceSocket> all;
        lock (_lock)
        {
            all = [.. _receiving.Values, .. _silent.Values.SelectMany(sockets => sockets)];
        }

        foreach (var socket in all.Where(socket => refresh(socket.Caller!) is null))
        {
            socket.BeginClosing(SocketCodes.Reauthenticate);
        }
    }

    private List<DeviceSocket> Sockets(MailboxKey device)
    {
        lock (_lock)
        {
            List<DeviceSocket> sockets = [.. _silent.GetValueOrDefault(device) ?? []];
            if (_receiving.TryGetValue(device, out var receiving))
            {
                sockets.Add(receiving);
            }

            return sockets;
        }
    }
}
