using System.Collections.Concurrent;
using Fluister.Server.Mailboxes;

namespace Fluister.Server.Sockets;

/// <summary>Which device is connected: one socket each, and the later one closes the earlier.</summary>
internal sealed class ConnectedDevices
{
    private readonly ConcurrentDictionary<MailboxKey, DeviceSocket> _sockets = [];

    /// <summary>How many devices are connected.</summary>
    public int Count => _sockets.Count;

    /// <summary>Puts a socket in the place of an earlier one of its device, which is closed and has stopped to deliver when this
    /// returns.</summary>
    public async Task EnterAsync(MailboxKey device, DeviceSocket socket)
    {
        DeviceSocket? before = null;
        _sockets.AddOrUpdate(device, socket, (_, earlier) =>
        {
            before = earlier;
            return socket;
        });
        if (before is not null)
        {
            before.BeginClosing(SocketCodes.ConnectedElsewhere);
            await before.WaitForDeliveryAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Takes a socket away, unless another has its place.</summary>
    public void Leave(MailboxKey device, DeviceSocket socket) => _sockets.TryRemove(new(device, socket));

    /// <summary>Closes the sockets of devices whose password no longer holds, and returns when they do not deliver any more; or leaves
    /// it to
    /// somebody who does so when the caller has its answer, since clients take what they wait for as lost with their socket.</summary>
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
            if (_sockets.TryGetValue(new MailboxKey(aci, device), out var socket))
            {
                socket.BeginClosing(SocketCodes.Reauthenticate);
                await socket.WaitForDeliveryAsync().ConfigureAwait(false);
            }
        }
    }
}
